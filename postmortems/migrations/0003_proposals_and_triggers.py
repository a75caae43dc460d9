import datetime

import django.db.models.deletion
import django.db.models.functions.datetime
import django_fsm
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "__first__"),
        ("incidents", "0013_what_became_of_action_items"),
        ("lifecycle", "0002_protect_facts"),
        ("postmortems", "0002_texts_and_word_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "longest_silence",
                    models.DurationField(
                        default=datetime.timedelta(seconds=1800),
                        verbose_name="a silence in the timeline is asked about from",
                    ),
                ),
                (
                    "needs_second_person",
                    models.BooleanField(
                        default=True,
                        verbose_name="signed off by somebody who did not lead or start it, where there is one",
                    ),
                ),
                (
                    "first_look_days",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="days until the first look at the effect"
                    ),
                ),
                (
                    "last_look_days",
                    models.PositiveSmallIntegerField(default=90, verbose_name="days until the last look at the effect"),
                ),
            ],
            options={
                "verbose_name": "policy of postmortems",
            },
        ),
        migrations.CreateModel(
            name="TriggerLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=40)),
                ("looked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("proposed", "a postmortem was proposed"),
                            ("joined", "it became part of a postmortem"),
                            ("none", "no postmortem was proposed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("findings", models.JSONField(default=list)),
                ("merged_by", models.CharField(blank=True, max_length=10)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="TriggerRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("level", "Level, or a worse one"),
                            ("major", "declared a major incident"),
                            ("users", "affected users"),
                            ("share", "share of the users affected"),
                            ("down", "minutes that the service did not work"),
                            ("service", "incidents of one service within days"),
                            ("problem", "incidents of one problem within days"),
                        ],
                        max_length=10,
                        verbose_name="what is looked at",
                    ),
                ),
                ("threshold", models.PositiveIntegerField(default=1, verbose_name="from")),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="within days")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("propose", "propose it to whoever leads postmortems"),
                            ("ask", "ask an incident manager, who alone decides"),
                        ],
                        default="propose",
                        max_length=10,
                        verbose_name="what is done",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "trigger of postmortems",
                "verbose_name_plural": "triggers of postmortems",
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="postmortem",
            name="decline_reason",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="postmortem",
            name="is_asked",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="postmortem",
            name="replayed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="postmortem",
            name="replays",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, editable=False),
        ),
        migrations.AlterField(
            model_name="postmortem",
            name="status",
            field=django_fsm.FSMField(
                choices=[
                    ("proposed", "Proposed"),
                    ("timeline", "Timeline"),
                    ("issues", "Issues"),
                    ("actions", "Actions"),
                    ("published", "Published"),
                    ("declined", "Declined"),
                ],
                default="timeline",
                max_length=50,
                protected=True,
                verbose_name="phase",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewpolicy",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="review_policy_one_row"),
        ),
        migrations.AddConstraint(
            model_name="reviewpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_look_days__gte", 1), ("last_look_days__gt", models.F("first_look_days"))),
                name="review_policy_looks_in_order",
                violation_error_message="The last look comes after the first.",
            ),
        ),
        migrations.AddField(
            model_name="triggerlook",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="postmortem_looks", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="triggerlook",
            name="postmortem",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="looks",
                to="postmortems.postmortem",
            ),
        ),
        migrations.AddConstraint(
            model_name="triggerrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("days__gte", 1),
                        ("days__lte", 366),
                        ("kind__in", ("service", "problem")),
                        ("threshold__gte", 2),
                    ),
                    models.Q(
                        models.Q(("kind__in", ("service", "problem")), _negated=True),
                        ("days", None),
                        ("threshold__gte", 1),
                    ),
                    _connector="OR",
                ),
                name="trigger_has_what_its_kind_needs",
                violation_error_message="A group needs at least 2 incidents and 1 to 366 days; others have no days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="triggerrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "share"), _negated=True), ("threshold__lte", 100), _connector="OR"
                ),
                name="trigger_share_is_percent",
                violation_error_message="A share is 1 to 100 percent.",
            ),
        ),
    ]
