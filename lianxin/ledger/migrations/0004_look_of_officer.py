"""Looks by officer and instant, for counting what one officer reads in a day; the alarms of an organ by their day."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Shape only."""

    dependencies = [("ledger", "0003_salt_former_looks")]
    operations = [
        migrations.AddIndex(
            model_name="look",
            index=models.Index(
                condition=models.Q(("staff_id__isnull", False)), fields=["staff_id", "at"], name="look_of_officer"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("kind", "reading.alarmed")), fields=["organ_id", "at"], name="event_of_reading"
            ),
        ),
    ]
