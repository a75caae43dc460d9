"""Count the reports of the public form by the network that sent them, without keeping its address."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_clocks_keep_their_calendar")]

    operations = [
        migrations.AddField(
            model_name="reporterlink",
            name="asked_from",
            field=models.CharField(blank=True, editable=False, max_length=32),
        ),
        migrations.AddIndex(
            model_name="reporterlink",
            index=models.Index(
                condition=~models.Q(asked_from=""), fields=["asked_from", "created_at"], name="reporter_link_asked_from"
            ),
        ),
    ]
