from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organs", "0002_signing_in")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="totp_key",
            field=models.CharField(blank=True, default="", max_length=16),
        ),
    ]
