"""Which file of messages the tests import: the real one beside the checkout when it is there, else the invented sample.

The real texts name people who exist: nothing of them may be printed, also not when a test fails.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = Path(__file__).parent / "data/messages.csv"
BESIDE = ROOT.parent / "shared/data/messages.csv"


def messages_file() -> tuple[Path, str]:
    """Return the file and a line that says which one it is."""
    named = os.environ.get("LIANXIN_REAL_DATA", "")
    real = Path(named) if named else BESIDE
    if real.is_dir():
        real = real / "messages.csv"
    if real.is_file():
        return real, "real messages beside the checkout"
    return SAMPLE, "the invented sample shipped with the project (no real messages beside the checkout)"
