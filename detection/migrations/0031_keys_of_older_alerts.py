"""Alerts of rules get the key by which alerts of every origin are told apart."""

from django.db import migrations

FILL = """
UPDATE detection_alert SET dedup_key = 'rule:' || rule_id || ':' || series_id WHERE rule_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("detection", "0030_alerts_of_every_origin")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
