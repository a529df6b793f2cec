"""What protection costs: each request with everything on, and with one part switched off, as ratios of processor time.

    python -m bench.protection --requests 60

The parts: sealing (AES-GCM boxes of drafts and identities), looks (each reading of a case written down first), chain (the
ledger's entry of each act), wall (the condition that hides a case from those it names). One process on SQLite, so that its
processor time holds the database's too. Variants take turns request by request, so that drift of the machine meets them alike. A
part is switched off by putting nothing in its place, here alone: the product has no switch for it.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

PARTS = ("sealing", "looks", "chain", "wall")
USES = {
    "W1": ("sealing", "chain"),
    "W2": ("wall",),
    "W4": ("looks", "wall"),
    "W5": ("chain", "wall"),
}
"""Which parts take part in which request."""


def main() -> int:
    """Fill a throw-away database, measure, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=60, help="requests of each kind and variant")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lianxin-bench-") as name:
        _environment(Path(name))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        _measure(options.requests)
    return 0


def _environment(home: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "lianxin.config.settings"
    os.environ["LIANXIN_DATA_DIR"] = str(home)
    os.environ["LIANXIN_DATABASE"] = f"sqlite:///{home}/bench.sqlite3"
    os.environ["LIANXIN_PROFILE"] = "demo"
    os.environ["LIANXIN_FILINGS"] = "1000000"
    os.environ["LIANXIN_FONT_DIRS"] = str(Path(__file__).parents[1] / "var/fonts")
    for key in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY"):
        os.environ[f"LIANXIN_{key}"] = secrets.token_hex(32)


def _measure(requests: int) -> None:
    from tests.cast import build

    cast = build()
    rounds = {name: 1 + len(parts) for name, parts in USES.items()}
    makers = _requests(cast, requests * rounds["W5"] + 20)
    print(
        f"{requests} requests of each kind and variant, taking turns; ratio to the request with everything on\n"
    )
    print("| request | all on, ms | " + " | ".join(f"without {part}" for part in PARTS) + " |")
    print("|---|---|" + "---|" * len(PARTS))
    for name, parts in USES.items():
        spent = _turns(makers[name], ("", *parts), requests)
        base = spent[""]
        cells = [f"{spent[part] / base:.2f}" if part in spent else "–" for part in PARTS]
        print(f"| {name} | {base * 1000:.1f} | " + " | ".join(cells) + " |", flush=True)


def _turns(
    make: Callable[[], Callable[[], None]], variants: tuple[str, ...], requests: int
) -> dict[str, float]:
    """Return the median processor seconds of each variant ("" is everything on)."""
    spent: dict[str, list[float]] = {variant: [] for variant in variants}
    for n in range(requests + 3):
        for variant in variants:
            with without(variant):
                act = make()
                began = time.process_time()
                act()
                used = time.process_time() - began
            if n >= 3:
                spent[variant].append(used)
    return {variant: statistics.median(times) for variant, times in spent.items()}


def _requests(cast: Any, acts: int) -> dict[str, Callable[[], Callable[[], None]]]:
    """Return, for each request, what makes one ready and returns how to send it."""
    from django.test import Client

    from bench.load import fresh_registered
    from bench.petitions import answered_draft
    from tests.cast import PASSWORD

    client = Client(headers={"host": "127.0.0.1"})
    client.post("/desk/sign-in", {"username": "fen", "password": PASSWORD})
    for _ in range(60):
        cast.assigned()
    page, ready = cast.assigned().pk, fresh_registered(cast, acts)

    def sent(answer: Any) -> None:
        assert answer.status_code in (200, 302, 303), answer.status_code

    def filing() -> Callable[[], None]:
        client.cookies["lx_draft"] = answered_draft(cast)
        return lambda: sent(client.post("/file/check/"))

    def accepting() -> Callable[[], None]:
        case = ready.pop()
        fields = {"key": secrets.token_urlsafe(12), "version": case.version, "approver": cast.staff["tou"].pk}
        return lambda: sent(client.post(f"/desk/case/{case.pk}/accept/", fields))

    return {
        "W1": filing,
        "W2": lambda: lambda: sent(client.get("/desk/")),
        "W4": lambda: lambda: sent(client.get(f"/desk/case/{page}/")),
        "W5": accepting,
    }


class Unwritten:
    """Stands for a ledger entry that nobody computes or writes."""

    hash = "0" * 64
    objects = SimpleNamespace(bulk_create=lambda rows: None)

    def __init__(self, **_: object) -> None:
        """Keep nothing."""

    def save(self, **_: object) -> None:
        """Write nothing."""


@contextmanager
def without(part: str) -> Iterator[None]:
    """Switch one part off for one request; "" switches nothing off."""
    if not part:
        yield
        return
    changed = [(module, name, new) for old, new in _instead(part) for module, name in _places(old)]
    if not changed:
        raise SystemExit(f"nothing of {part} was found to switch off")
    patches = [patch.object(module, name, new) for module, name, new in changed]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in reversed(patches):
            one.stop()


def _instead(part: str) -> list[tuple[Any, Any]]:
    """Return each function of a part and what stands in its place."""
    from django.db.models import Q, Value

    from lianxin.cases import walls
    from lianxin.cases.services import acts
    from lianxin.ledger import chain
    from lianxin.ledger.models import Entry, Look
    from lianxin.organs import keys

    def look(*, reader: Any, **given: Any) -> Look:
        row = {name: given[name] for name in ("case_id", "what", "purpose", "at")}
        return Look(**row, seq=1, organ_id=reader.organ_id, staff_id=reader.staff_id, role=reader.role)

    parts: dict[str, list[tuple[Any, Any]]] = {
        "sealing": [
            (keys.seal, lambda key, plain, **_: plain),
            (keys.open_box, lambda key, box, **_: box),
        ],
        "looks": [(chain.record_look, look)],
        "chain": [
            (acts.entry_of, lambda step, head: Unwritten()),
            (chain.entry, Unwritten),
            (Entry, Unwritten),
        ],
        "wall": [
            (walls.clear_of, lambda actor, case="pk": Q()),
            (walls.hidden_work, lambda actor: []),
            (walls.hides, lambda case, actor: False),
            (walls.has_walls, lambda: Value(False)),
        ],
    }
    return parts[part]


def _places(function: Any) -> list[tuple[Any, str]]:
    """Return each module of the system that has taken this function, and its name there."""
    ours = [module for name, module in sorted(sys.modules.items()) if name.startswith("lianxin.")]
    return [(module, name) for module in ours for name, value in vars(module).items() if value is function]


if __name__ == "__main__":
    sys.exit(main())
