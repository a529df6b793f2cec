"""Processor cost of the main requests against the production server on PostgreSQL, as ratios to an empty page of the same run.

    python -m bench.requests --cases 20000
    python -m bench.requests --cases 200000 --text ../shared/data/messages.csv

W1 files a petition over HTTP (the last page: routing done, clocks, ledger entry, sealing, notice row), W2 is a worklist of 50,
W4 a case page, W5 an act (acceptance, with its paper and history). Processor time is that of the server's workers and of the
database's processes together, read from the kernel's accounting before and after; statements are counted in a client of the same
code and database. The program needs PostgreSQL's processes on the same machine, and starts its own where no address is given.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import os
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
BARS = {"W1": (20, 14), "W2": (22, 6), "W4": (25, 10), "W5": (18, 12)}
TICK = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run the measurement and print the table; 1 when --check-statements finds a request over its number."""
    options = _arguments()
    home = Path(tempfile.mkdtemp(prefix="lianxin-bench-"))
    home.chmod(0o755)
    with _database(options.database, home) as address:
        _environment(address, home)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        return _measure(options)


def _measure(options: argparse.Namespace) -> int:
    from bench.load import fill, fresh_registered

    text, used = _text(options.text)
    began = time.perf_counter()
    filled = fill(options.cases, text)
    print(f"{filled.cases} cases loaded in {time.perf_counter() - began:.0f} s; text: {used}", flush=True)
    ready = fresh_registered(filled.cast, options.requests * 2 + 20)
    counts = _statements(filled.cast, ready)
    with _server() as (port, pid):
        site = Site(port)
        site.sign_in("fen")
        requests: dict[str, Callable[[int], None]] = {
            "empty": lambda n: site.get("/healthz"),
            "W1": _filing(site, filled.cast, options.requests),
            "W2": lambda n: site.get("/desk/"),
            "W4": _case_pages(site),
            "W5": _accepting(site, ready, filled.cast),
        }
        before = _memory(pid)
        many = {"empty": 10}
        rows = {name: _cost(act, options.requests * many.get(name, 1), pid) for name, act in requests.items()}
        after = _memory(pid)
    return _report(options, filled.cases, rows, counts, before, after)


def _report(
    options: argparse.Namespace,
    cases: int,
    rows: dict[str, tuple[float, float, float]],
    counts: dict[str, int],
    before: int,
    after: int,
) -> int:
    base = rows["empty"][0] + rows["empty"][1]
    print(
        f"\n{cases} cases, {options.requests} requests each, one after another; empty page {base:.2f} ms processor\n"
    )
    print(
        "| request | server ms | database ms | ratio to empty | bar | statements | bar | wall ms (median) |"
    )
    print("|---|---|---|---|---|---|---|---|")
    over = False
    for name, (ratio, most) in BARS.items():
        server, database, wall = rows[name]
        times = (server + database) / base
        over = over or counts[name] > most
        print(
            f"| {name} | {server:.1f} | {database:.1f} | {times:.1f} | {ratio} | {counts[name]} | {most} | {wall:.1f} |"
        )
    print(f"\nmemory of the serving processes together: {before} MiB before, {after} MiB after (bar 190)")
    if options.check_statements and over:
        print("a request needs more statements than its bar")
        return 1
    return 0


class Site:
    """A small browser: cookies, forms, one connection kept open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """Return a page; anything but 200 is an error."""
        return self._ask("GET", path, None, {200})

    def post(self, path: str, fields: dict[str, str], **cookies: str) -> str:
        """Send a form and return where it leads."""
        if "lx_csrf" not in self.cookies:
            self.get("/follow/")
        self.cookies |= cookies
        return self._ask("POST", path, {"csrfmiddlewaretoken": self.token, **fields}, {302, 303})

    def sign_in(self, username: str) -> None:
        """Sign an officer in."""
        from tests.cast import PASSWORD

        self.get("/desk/sign-in")
        self.post("/desk/sign-in", {"username": username, "password": PASSWORD})
        self.get("/desk/")

    def _ask(self, method: str, path: str, fields: dict[str, str] | None, expected: set[int]) -> str:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}/",
            }
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        page = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        if answer.status not in expected:
            problem = re.sub(r"<[^>]+>|\s+", " ", page)[:600]
            raise SystemExit(f"{method} {path}: {answer.status}\n{problem}")
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if found:
            self.token = found[1]
        return answer.getheader("Location") or page


def _filing(site: Site, cast: Any, requests: int) -> Callable[[int], None]:
    from bench.petitions import answered_draft

    drafts = [answered_draft(cast) for _ in range(requests + 20)]
    site.get("/follow/")

    def act(n: int) -> None:
        where = site.post("/file/check/", {}, lx_draft=drafts.pop())
        assert "receipt" in where, where

    return act


def _case_pages(site: Site) -> Callable[[int], None]:
    from lianxin.cases.models import Case

    ids = list(Case.objects.filter(state="handling").values_list("pk", flat=True)[:5000])
    return lambda n: site.get(f"/desk/case/{ids[n * 7919 % len(ids)]}/") and None


def _accepting(site: Site, ready: list[Any], cast: Any) -> Callable[[int], None]:
    cases = list(ready)

    def act(n: int) -> None:
        case = cases.pop()
        site.post(
            f"/desk/case/{case.pk}/accept/",
            _acceptance(case, cast),
        )

    return act


def _acceptance(case: Any, cast: Any) -> dict[str, str]:
    key = secrets.token_urlsafe(12)
    return {"key": key, "version": str(case.version), "approver": str(cast.staff["tou"].pk)}


def _statements(cast: Any, ready: list[Any]) -> dict[str, int]:
    """Return the statements of one request each, counted in this process; transaction control is not counted."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.petitions import answered_draft
    from lianxin.cases.models import Case
    from tests.cast import PASSWORD

    client = Client(headers={"host": "127.0.0.1"})
    client.post("/desk/sign-in", {"username": "fen", "password": PASSWORD})
    case, page = ready.pop(), Case.objects.filter(state="handling").values_list("pk", flat=True)[0]
    fields = _acceptance(case, cast)

    def file() -> Any:
        client.cookies["lx_draft"] = answered_draft(cast)
        return lambda: client.post("/file/check/")

    file()()
    asks: dict[str, Callable[[], Any]] = {
        "W1": file(),
        "W2": lambda: client.get("/desk/"),
        "W4": lambda: client.get(f"/desk/case/{page}/"),
        "W5": lambda: client.post(f"/desk/case/{case.pk}/accept/", fields),
    }
    found = {}
    for name, ask in asks.items():
        with CaptureQueriesContext(connection) as seen:
            answer = ask()
        assert answer.status_code in (200, 302, 303), (name, answer.status_code)
        control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
        found[name] = sum(not q["sql"].upper().startswith(control) for q in seen.captured_queries)
    return found


def _cost(act: Callable[[int], None], requests: int, pid: int) -> tuple[float, float, float]:
    """Return processor milliseconds per request of the server and of the database, and the median wall time."""
    for n in range(10):
        act(n)
    before, walls = _processor(pid), []
    for n in range(10, 10 + requests):
        began = time.perf_counter()
        act(n)
        walls.append((time.perf_counter() - began) * 1000)
    server, database = (
        (after - earlier) * 1000 / requests for after, earlier in zip(_processor(pid), before, strict=True)
    )
    return server, database, statistics.median(walls)


def _processor(pid: int) -> tuple[float, float]:
    """Return the processor seconds used so far by the server's tree and by all PostgreSQL processes, ended ones included."""
    server = database = 0.0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        name, rest = stat[stat.index("(") + 1 : stat.rindex(")")], stat[stat.rindex(")") + 2 :].split()
        used = (int(rest[11]) + int(rest[12])) / TICK
        if name == "postgres":
            database += used + (int(rest[13]) + int(rest[14])) / TICK
        elif int(rest[1]) == pid or int(folder.name) == pid:
            server += used
    return server, database


def _memory(pid: int) -> int:
    """Return the proportional memory of the server's processes in MiB."""
    kib = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid or int(folder.name) == pid:
                kib += int(re.findall(r"Pss:\s+(\d+)", (folder / "smaps_rollup").read_text())[0])
        except (OSError, IndexError, ValueError):
            continue
    return kib // 1024


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "lianxin.config.cli",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    try:
        for _ in range(300):
            try:
                Site(port).get("/healthz")
                break
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        else:
            raise SystemExit("the server does not answer")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _database(address: str, home: Path) -> Iterator[str]:
    """Yield an empty database of the given server, or of one started for this run; remove it afterwards."""
    import psycopg

    own = not address
    if own:
        done = subprocess.run(
            [str(ROOT / "tools/postgres.sh"), "start", str(home / "pg")],
            capture_output=True,
            text=True,
            check=True,
        )
        address = done.stdout.strip()
    name = f"lianxin_bench_{secrets.token_hex(4)}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")  # type: ignore[arg-type]
    try:
        yield address.rsplit("/", 1)[0] + "/" + name
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]
        if own:
            subprocess.run([str(ROOT / "tools/postgres.sh"), "stop", str(home / "pg")], check=True)
        shutil.rmtree(home, ignore_errors=True)


def _environment(address: str, home: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "lianxin.config.settings",
        "LIANXIN_DATABASE": address,
        "LIANXIN_DATA_DIR": str(home),
        "LIANXIN_PROFILE": "demo",
        "LIANXIN_LOG_LEVEL": "ERROR",
        "LIANXIN_FILINGS": "1000000",
        "LIANXIN_FONT_DIRS": str(ROOT / "var/fonts"),
        **{f"LIANXIN_{name}": secrets.token_hex(32) for name in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY")},
    }


def _text(path: str) -> tuple[str, str]:
    """Return one petition's text and where it comes from: a real message where the file is there, else an invented one."""
    file = Path(path or ROOT.parent / "shared/data/messages.csv")
    if file.exists():
        with file.open(encoding="utf-8", newline="") as rows:
            bodies = sorted((row["body"] for row in csv.DictReader(rows)), key=len)
        return bodies[len(bodies) // 2], f"the median message of {file.name}"
    return "", "the shipped sample"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20_000, help="how many cases to load (default 20000)")
    parser.add_argument("--requests", type=int, default=200, help="requests of each kind (default 200)")
    parser.add_argument(
        "--database", default="", help="PostgreSQL to use (a scratch database is made); own one if absent"
    )
    parser.add_argument("--text", default="", help="CSV of messages whose median body is filed")
    parser.add_argument(
        "--check-statements", action="store_true", help="exit 1 when a request needs too many statements"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
