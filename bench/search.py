"""Search over words against a LIKE scan of the same cases and against an empty page, as ratios of the same run.

    python -m bench.search --cases 20000
    python -m bench.search --cases 20000 --database postgresql://root@127.0.0.1:5432/postgres

The texts are invented. Each phrase is looked for twice, by `insight.find` and by a LIKE over the petitions under the same
rights; both must find the same. Without an address the database is a new SQLite file.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.requests import _database, _environment

PHRASES = ("低保", "敬老院", "养老服务", "冒用身份证", "恢复发放", "保", "没有这样的词", "火化证 骨灰")
ROUNDS = 7


def main() -> int:
    """Run the measurement and print the table; 1 when search and scan differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--database", default="", help="a PostgreSQL server; left out: SQLite")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="lianxin-bench-"))
    with _somewhere(options.database, home) as address:
        _environment(address, home)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        return _measure(options.cases)


@contextmanager
def _somewhere(server: str, home: Path) -> Iterator[str]:
    if not server:
        yield f"sqlite:///{home}/search.sqlite3"
        return
    with _database(server, home) as address:
        yield address


def _measure(count: int) -> int:
    from django.db import connection
    from django.test import Client

    from lianxin.cases.models import Case
    from lianxin.cases.policies import content_of
    from lianxin.insight.selectors import PAGE, Asked, find
    from lianxin.ledger import face
    from tests.cast import build
    from tests.insight.phrases import texts
    from tests.insight.test_exact import written

    face.system()
    cast = build()
    began = time.perf_counter()
    for part in range(0, count, 2000):
        written(cast, texts(min(2000, count - part), seed=part))
    print(f"{count} invented cases on {connection.vendor} in {time.perf_counter() - began:.0f} s")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    actor, client = cast.actor("tou"), Client(SERVER_NAME="localhost")
    empty = _time(lambda: client.get("/healthz"))
    rows = Case.objects.filter(content_of(actor)).order_by("-received_on", "-pk")
    wrong = 0
    print(
        f"empty page {empty * 1000:.2f} ms\n| words | hits | search / empty page | LIKE scan / search |\n|---|---|---|---|"
    )
    for phrase in PHRASES:
        asked = Asked(phrase)
        scan = rows
        for part in phrase.split():
            scan = scan.filter(text__body__contains=part)
        hits = [case.pk for case in find(actor, asked).cases]
        wrong += hits != list(scan.values_list("pk", flat=True)[:PAGE])
        searched = _time(lambda asked=asked: find(actor, asked))
        scanned = _time(lambda scan=scan: list(scan.values_list("pk", flat=True)[: PAGE + 1]))
        shown = f"{len(hits)}{'+' if len(hits) == PAGE else ''}"
        print(f"| {phrase} | {shown} | {searched / empty:.1f} | {scanned / searched:.1f} |")
    print("search and scan differ" if wrong else "search and scan found the same")
    return 1 if wrong else 0


def _time(act: Callable[[], object]) -> float:
    """Return the median seconds of an act."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    raise SystemExit(main())
