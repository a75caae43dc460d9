from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0010_drills"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="breach",
            index=models.Index(fields=["recorded_at"], name="breach_recorded"),
        ),
    ]
