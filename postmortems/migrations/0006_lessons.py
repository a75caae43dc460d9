import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "__first__"),
        ("incidents", "0013_what_became_of_action_items"),
        ("lifecycle", "0002_protect_facts"),
        ("postmortems", "0005_who_was_there"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lesson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("summary", models.TextField(verbose_name="summary")),
                ("learned", models.TextField(blank=True, verbose_name="what was learned")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("written_at", models.DateTimeField()),
                ("search", django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "lesson",
                "verbose_name_plural": "lessons",
                "ordering": ["-written_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="lesson",
            name="postmortem",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="lesson", to="postmortems.postmortem"
            ),
        ),
        migrations.AddField(
            model_name="lesson",
            name="written_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="lesson",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="lesson_search"),
        ),
    ]
