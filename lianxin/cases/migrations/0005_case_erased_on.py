"""Add the day on which what a case held was destroyed by rule; the row stays as a tombstone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="erased_on",
            field=models.DateField(editable=False, null=True, verbose_name="销毁日期"),
        ),
    ]
