"""Mails with reports and minutes speak of no incident."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0013_priorities_bundles_and_doubts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_about_an_incident",
        ),
        migrations.AlterField(
            model_name="delivery",
            name="purpose",
            field=models.CharField(
                choices=[
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
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("incident__isnull", False), ("purpose__in", ("test", "code", "duty", "report")), _connector="OR"
                ),
                name="delivery_about_an_incident",
            ),
        ),
    ]
