import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "__first__"),
        ("incidents", "0013_what_became_of_action_items"),
        ("lifecycle", "0002_protect_facts"),
        ("postmortems", "0004_questions_of_the_timeline"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_at", models.DateTimeField(verbose_name="when")),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("timeline", "Timeline"),
                            ("issues", "Issues"),
                            ("actions", "Actions"),
                            ("published", "Published"),
                            ("declined", "Declined"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "verbose_name": "session",
                "ordering": ["held_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="reviewsession",
            name="attendees",
            field=models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="who was there"),
        ),
        migrations.AddField(
            model_name="reviewsession",
            name="postmortem",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="postmortems.postmortem"
            ),
        ),
        migrations.AddField(
            model_name="reviewsession",
            name="recorded_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
