"""The only place that opens files somebody sent: a process of its own with little memory, little time, no secrets, that may die."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from lianxin.files.kinds import Unfit
from lianxin.files.store import spool
from lianxin.files.worker.__main__ import NO_ROOM

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30
LONGEST_HEAD = 64 * 1024


def run(verb: str, kind: str, body: IO[bytes], *arguments: str) -> tuple[dict[str, Any], IO[bytes]]:
    """Return what the worker says of a file, and the bytes it made. Raises Unfit with its reason, or "broken" when it died."""
    body.seek(0)
    made = spool()
    command = [sys.executable, "-P", "-s", "-m", "lianxin.files.worker", verb, kind, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 the command is ours; a name somebody typed is never part of it
            command,
            stdin=body,
            stdout=made,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            close_fds=True,
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        made.close()
        raise Unfit("broken") from None
    if done.returncode == NO_ROOM:
        made.close()
        raise Unfit("no_room")
    made.seek(0)
    line = made.readline(LONGEST_HEAD)
    try:
        said = json.loads(line) if done.returncode == 0 else {"why": "broken"}
    except ValueError:
        said = {"why": "broken"}
    if "why" in said:
        made.close()
        raise Unfit(str(said["why"]))
    return said, made
