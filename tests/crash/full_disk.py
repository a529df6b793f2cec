"""Fills the disk under a running server: python -m tests.crash.full_disk

Nothing more can be written to the database, to the folder for what comes in, to the store of files, to the log, each in
turn. People are told in plain words, pages that write nothing go on, and once there is room everything goes on by itself with
nothing broken. Where a small disk can be mounted that is used; everywhere the system's limit on the size of files.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.crash.database_down import BACK_WITHIN, kindly, traced
from tests.crash.installation import installed
from tests.crash.kill_upload import WORDS, form, send
from tests.crash.serving import Site, free_port, ids_of, stop_if, write_drafts

NO_ROOM = "系统里暂时放不下这个文件"
LARGE = WORDS * 10_000


class Limit:
    """The server's processes may write no file further than its first bytes."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site

    def fill(self) -> None:
        """Let nothing more be written."""
        self._set(512)

    def free(self) -> None:
        """Let everything be written again."""
        self._set(resource.RLIM_INFINITY)

    def _set(self, most: int) -> None:
        assert self.site.process
        group = self.site.process.pid
        for one in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(one.name)) == group:
                    resource.prlimit(int(one.name), resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            except ProcessLookupError:
                continue


class Disk:
    """The small disk the installation lies on is full to the last byte."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.ballast = folder.parent / "ballast"

    def fill(self) -> None:
        """Fill it."""
        for size in (65536, 4096, 1):
            try:
                with self.ballast.open("ab", buffering=0) as file:
                    while file.write(b"x" * size):
                        pass
            except OSError:
                continue

    def free(self) -> None:
        """Make room."""
        self.ballast.unlink()


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[bool]:
    """Give a disk of that size at a folder; False where none may be mounted here."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "lianxin-small", str(folder)]
    done = subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def no_more(site: Site, room: Limit | Disk, handles: Sequence[str]) -> list[str]:
    """Fill and free; return what is wrong with the answers."""
    found = [f"before: {site.file(handles[0]).status}"] * (site.file(handles[0]).status != 302)
    room.fill()
    for _ in range(3):
        found += kindly(site.file(handles[1]), "filing")
        answer = send(site, "/file/material/", f"lx_draft={handles[1]}", form(LARGE, add="1"))
        found += [f"handing in: {answer.status}"] * (answer.status not in (422, 503))
        found += ["the first page is gone"] * (site.ask("GET", "/").status != 200)
        found += ["the help is gone"] * (site.ask("GET", "/help/").status != 200)
    room.free()
    begun = time.monotonic()
    while site.file(handles[1]).status != 302:
        if time.monotonic() - begun > BACK_WITHIN:
            return [*found, "it does not recover"]
        time.sleep(0.1)
    return found


def files_only(site: Site, folder: Path, handle: str) -> list[str]:
    """Leave the folder for what comes in without room, then the store; a petition is filed all the same."""
    found = []
    for name in ("incoming", "files"):
        with mounted(folder / name, "64k") as small:
            if not small:
                return ["a disk was mounted before, and now it cannot be"]
            answer = send(site, "/file/material/", f"lx_draft={handle}", form(LARGE, add="1"))
            page = answer.body.decode(errors="replace")
            found += [f"{name} is full: {answer.status}"] * (answer.status != 422 or NO_ROOM not in page)
            found += [f"{name} is full: something is left"] * any(
                one.is_file() for one in (folder / name).rglob("*")
            )
    if len(found) == 0 and site.file(handle).status != 302:
        found.append("the petition was not taken")
    return found


def dumb(site: Site, handle: str) -> list[str]:
    """Let the log lie on a full device; the server goes on."""
    site.log = Path("/dev/full")
    site.start()
    odd = [site.ask("GET", f"/nowhere/{n}").status for n in range(3)]
    found = [f"with a full log: {odd}"] * (odd != [404] * 3)
    found += ["with a full log nothing is filed"] * (site.file(handle).status != 302)
    site.kill()
    return found


def look(handles: Sequence[str], log: str) -> list[str]:
    """Return what is broken in the end."""
    from django.db import connection

    from tests.crash import evidence

    found = evidence.faults(checked=set(), acknowledged=ids_of(handles)) + evidence.coded_faults()
    connection.close()
    return found + traced(log)


def once(kind: type[Limit] | type[Disk]) -> None:
    """Go through it on one kind of narrow disk."""
    with installed("") as folder:
        site = Site(free_port())
        if kind is Limit:
            site.log = Path(tempfile.gettempdir()) / f"log-{folder.name}"
        else:
            site.log = Path("/dev/shm") / f"log-{folder.name}"  # noqa: S108 - beside the disk that is filled
        handles = write_drafts(4)
        site.start()
        stop_if(no_more(site, kind(site, folder), handles), kind.__name__)
        if kind is Disk:
            stop_if(files_only(site, folder, handles[2]), "files")
        else:
            stop_if([] if site.file(handles[2]).status == 302 else ["not taken"], "afterwards")
        site.kill()
        said = site.log.read_text(errors="replace")
        site.log.unlink()
        stop_if(dumb(site, handles[3]), "log")
        stop_if(look(handles, said), kind.__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill and free what there is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--on", choices=["limit", "disk"], default="limit")
    if parser.parse_args(arguments).on == "limit":
        once(Limit)
        print("full and free again: nothing lost, nothing broken")
        return 0
    with tempfile.TemporaryDirectory(prefix="lianxin-full-") as name, mounted(Path(name), "48m") as small:
        if small:
            tempfile.tempdir = name
            once(Disk)
        tempfile.tempdir = None
    print("full and free again: nothing lost, nothing broken" if small else "no disk can be mounted here")
    return 0


if __name__ == "__main__":
    sys.exit(main())
