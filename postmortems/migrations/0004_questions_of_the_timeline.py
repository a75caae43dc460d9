import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "__first__"),
        ("incidents", "0013_what_became_of_action_items"),
        ("lifecycle", "0002_protect_facts"),
        ("postmortems", "0003_proposals_and_triggers"),
    ]

    operations = [
        migrations.CreateModel(
            name="GapAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "milestone",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("detected", "It was detected"),
                            ("notified", "Somebody was notified"),
                            ("acknowledged", "Somebody began to handle it"),
                            ("decided", "A decision was taken"),
                            ("recovered", "The service recovered"),
                        ],
                        max_length=12,
                    ),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "answered_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="citation",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="timelineentry",
            name="milestone",
            field=models.CharField(
                blank=True,
                choices=[
                    ("detected", "It was detected"),
                    ("notified", "Somebody was notified"),
                    ("acknowledged", "Somebody began to handle it"),
                    ("decided", "A decision was taken"),
                    ("recovered", "The service recovered"),
                ],
                db_default="",
                default="",
                max_length=12,
                verbose_name="it says when",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(fields=["postmortem", "happened_at", "id"], name="entry_in_order"),
        ),
        migrations.AddConstraint(
            model_name="timelineentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("citation", ""), _negated=True),
                fields=("postmortem", "citation"),
                name="entry_cites_record_once",
            ),
        ),
        migrations.AddField(
            model_name="gapanswer",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="gapanswer",
            name="postmortem",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="gap_answers", to="postmortems.postmortem"
            ),
        ),
        migrations.AddConstraint(
            model_name="gapanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("milestone", ""), _negated=True),
                fields=("postmortem", "milestone"),
                name="milestone_answered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="gapanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__gt", models.F("started_at")), ("milestone", ""), ("started_at__isnull", False)
                    ),
                    models.Q(models.Q(("milestone", ""), _negated=True), ("ended_at", None), ("started_at", None)),
                    _connector="OR",
                ),
                name="gap_answer_of_milestone_or_silence",
            ),
        ),
    ]
