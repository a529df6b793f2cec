"""Gives looks written before the tree a salt, so that their leaves tell as little as those of later ones. Restartable."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import migrations

BATCH = 1000


def salt_looks(apps: Any, schema_editor: Any) -> None:
    """Fill empty salts, batch by batch; a salt is no part of a look's hash."""
    looks = apps.get_model("ledger", "Look").objects
    while rows := list(looks.filter(salt=b"").values_list("case_id", "seq")[:BATCH]):
        for case_id, seq in rows:
            looks.filter(case_id=case_id, seq=seq).update(salt=secrets.token_bytes(16))


class Migration(migrations.Migration):
    """Data only."""

    atomic = False
    dependencies = [("ledger", "0002_transparency_log")]
    operations = [migrations.RunPython(salt_looks, migrations.RunPython.noop)]
