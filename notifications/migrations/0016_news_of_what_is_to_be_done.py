"""The purpose of mails about action items is that of waivers too; its word changes, no row does."""

from django.db import migrations, models

PURPOSES = [
    ("page", "page"),
    ("initial", "initial notice"),
    ("progress", "handling progress"),
    ("rectified", "fault rectified"),
    ("overdue", "overdue"),
    ("warning", "warning"),
    ("update_overdue", "progress update overdue"),
    ("reminder", "reminder"),
    ("mention", "mention"),
    ("watched", "news for watchers"),
    ("received", "receipt for the reporter"),
    ("answer", "news for the reporter"),
    ("confirmation", "question to the reporter"),
    ("test", "test page"),
    ("code", "verification code"),
    ("duty", "news about on-call duty"),
    ("report", "report or minutes"),
    ("action", "news about what is to be done"),
]


class Migration(migrations.Migration):
    dependencies = [("notifications", "0015_action_items_are_mailed")]
    operations = [migrations.AlterField("delivery", "purpose", models.CharField(choices=PURPOSES, max_length=20))]
