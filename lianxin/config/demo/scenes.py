"""The scenes of the desk in the demonstration, one after the other: what is neither a petition's path nor a list of petitions."""

from __future__ import annotations

from django.db import transaction

from lianxin.config.demo import hall, overseen, post, shared
from lianxin.config.demo.play import Stage
from lianxin.config.demo.scene import Scene


def show(stage: Stage) -> None:
    """Bring letters, reception, calls, joint handling and supervision to life; each scene in one transaction."""
    scene = Scene(stage)
    for part in (post, hall, shared, overseen):
        with transaction.atomic():
            part.show(scene)
