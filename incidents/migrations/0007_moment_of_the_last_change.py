"""Incidents learn when something was last recorded about them."""

from django.db import migrations, models

FILL = """
UPDATE incidents_incident AS incident SET updated_at = latest.at
FROM (
    SELECT subject_id, max(recorded_at) AS at FROM lifecycle_event
    WHERE subject_type_id = (
        SELECT id FROM django_content_type WHERE app_label = 'incidents' AND model = 'incident'
    )
    GROUP BY subject_id
) AS latest
WHERE latest.subject_id = incident.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0006_portal_senders"),
        ("lifecycle", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AddField("incident", "updated_at", models.DateTimeField(editable=False, null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
