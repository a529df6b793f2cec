"""The limited process: `python -m lianxin.files.worker check|preview <kind>`, file on stdin, one JSON line and bytes on stdout."""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import sys

MEGA = 1024 * 1024
MEMORY, SECONDS, WRITTEN = 1024 * MEGA, 20, 80 * MEGA
NO_ROOM = 28
"""How the process ends when the disk its answer goes to is full."""


def limit() -> None:
    """Give up what the work does not need: memory, processor time, large output, core dumps, a high priority."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def main() -> int:
    """Do what was asked and say so in one line; a refusal is an answer, everything else ends the process."""
    limit()
    from lianxin.files.worker.work import Refusal, check, preview

    verb, kind, *rest = sys.argv[1:]
    body = io.BytesIO(sys.stdin.buffer.read())
    try:
        said, made = check(kind, body) if verb == "check" else preview(kind, body, int(rest[0]), int(rest[1]))
    except Refusal as refusal:
        said, made = {"why": refusal.code}, b""
    try:
        sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + made)
        sys.stdout.buffer.flush()
    except OSError as problem:
        os._exit(NO_ROOM if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
