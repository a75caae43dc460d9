"""Policies count their changes; running escalations learn which policy they came from."""

from typing import Any

from django.db import migrations, models


def link_running(apps: Any, _editor: Any) -> None:
    """Escalations of before kept the policy's name alone."""
    policies = dict(apps.get_model("notifications", "EscalationPolicy").objects.values_list("name", "pk"))
    for escalation in apps.get_model("notifications", "Escalation").objects.filter(status="running", policy=None):
        escalation.policy_id = policies.get(escalation.snapshot.get("policy"))
        escalation.save(update_fields=["policy"])


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_schedules_without_a_rotation_of_their_own")]

    operations = [
        migrations.AddField("escalationpolicy", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AlterField(
            "escalationstep",
            "target",
            models.CharField(
                choices=[
                    ("primary", "on-call primary"),
                    ("secondary", "on-call secondary"),
                    ("manager", "incident manager"),
                    ("service_owner", "service owner"),
                    ("rd_leader", "R&D leader"),
                    ("people", "named people"),
                    ("schedule", "on call in another schedule"),
                    ("chat", "a chat"),
                    ("fallback", "fallback contact"),
                    ("duty_managers", "duty managers"),
                ],
                max_length=15,
                verbose_name="whom",
            ),
        ),
        migrations.RunPython(link_running, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "escalation",
            models.Index(fields=["incident"], condition=models.Q(status="exhausted"), name="escalation_unanswered"),
        ),
    ]
