"""The suites of a checkpoint have no longest form: each change of the suite adds one."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Shape only."""

    dependencies = [("ledger", "0004_look_of_officer")]
    operations = [
        migrations.AlterField(model_name="checkpoint", name="suites", field=models.TextField()),
    ]
