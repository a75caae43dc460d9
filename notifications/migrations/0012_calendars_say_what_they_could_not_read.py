from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0011_war_rooms_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="schedulelayer",
            name="unread",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddIndex(
            model_name="swaprequest",
            index=models.Index(
                condition=models.Q(("status", "offered")), fields=["starts_at"], name="swap_next_to_expire"
            ),
        ),
    ]
