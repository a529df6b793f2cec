from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("petitioners", "0002_accused_party")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="key_id",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AddField(
            model_name="draft",
            name="suite",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
        migrations.AddField(
            model_name="identitytoken",
            name="key_id",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
    ]
