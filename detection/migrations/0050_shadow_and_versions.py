import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

KEPT = ("name", "parameters", "selector", "service_id", "level_id", "fire_for", "fire_of", "clear_after", "title")


def keep_what_rules_are(apps, schema_editor):
    """Rules that were there before versions were kept: their first version is what they are."""
    versions = apps.get_model("detection", "RuleVersion")
    for rule in apps.get_model("detection", "Rule").objects.defer("memory"):
        definition = {name.removesuffix("_id"): getattr(rule, name) for name in (*KEPT, "group")}
        versions.objects.create(rule=rule, number=rule.version, definition=definition, via="system")


class Migration(migrations.Migration):
    dependencies = [
        ("detection", "0040_where_a_loss_lies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="is_shadow",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="in shadow"),
        ),
        migrations.AddField(
            model_name="rule",
            name="is_shadow",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="in shadow"),
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("definition", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                (
                    "via",
                    models.CharField(
                        choices=[
                            ("web", "web page"),
                            ("api", "API"),
                            ("sms", "SMS"),
                            ("voice", "phone key"),
                            ("email", "e-mail link"),
                            ("detector", "detection rule"),
                            ("system", "Mainstay"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="why")),
                ("restored_from", models.PositiveIntegerField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="detection.rule"
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a rule",
                "verbose_name_plural": "versions of rules",
                "ordering": ["rule", "-number"],
            },
        ),
        migrations.CreateModel(
            name="StoredBackTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("firings", models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("counts", models.JSONField(default=dict)),
                ("limits", models.JSONField(default=list)),
                ("series_count", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="back_test",
                        to="detection.ruleversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "kept back-test",
                "verbose_name_plural": "kept back-tests",
            },
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once"),
        ),
        migrations.RunPython(keep_what_rules_are, migrations.RunPython.noop, elidable=True),
    ]
