"""What the sender needs: an order by urgency, what waits for a person, who gave no clear answer, who picked up."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

WAITING = models.Q(status__in=("queued", "sending"))
PRIORITY = models.Case(
    models.When(dedup_key__regex=r"^escalation:\d+:0:", purpose="page", then=models.Value(0)),
    models.When(purpose__in=("test", "code"), then=models.Value(1)),
    models.When(purpose="page", then=models.Value(2)),
    default=models.Value(3),
    output_field=models.SmallIntegerField(),
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notifications", "0012_calendars_say_what_they_could_not_read")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="deliveryattempt",
            name="is_unsure",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="deliverycallback",
            name="answered_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=30),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="bundled_into",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="bundle",
                to="notifications.delivery",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                PRIORITY, models.F("due_at"), models.F("id"), condition=WAITING, name="delivery_most_urgent"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=WAITING, fields=["recipient", "channel"], name="delivery_waiting_of_person"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("bundled_into__isnull", False)), fields=["bundled_into"], name="delivery_bundled"
            ),
        ),
    ]
