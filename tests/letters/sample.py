"""Letters of the cast at each stage. All words are invented."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from lianxin.files import keeping
from lianxin.letters.models import Letter
from lianxin.letters.services import opening, writing
from tests.cast import Cast, key, on
from tests.files import samples

DAY = "2026-11-10"
WORDS = "我家住在安州区，奶奶的低保金从八月起没有发，去镇上问过两次。请恢复发放。（虚构）"


def envelope(**changes: object) -> opening.Envelope:
    """Return an ordinary envelope of two pages."""
    values: dict[str, object] = {
        "arrived_on": date.fromisoformat(DAY),
        "envelope": "ordinary",
        "pages": 2,
        "postmark_on": date(2026, 11, 8),
        "postmark_place": "绵阳安州",
        "shelf": "3 号柜 2 层",
        **changes,
    }
    return opening.Envelope(**values)  # type: ignore[arg-type]


def numbered(cast: Cast, pieces: int = 1, *, day: str = DAY) -> list[Letter]:
    """Return the letters of a batch Ran has counted."""
    batch = opening.open_batch(
        cast.actor("ran"), on=date.fromisoformat(day), way="post", pieces=pieces, key=key(), when=on(day)
    )
    return list(Letter.objects.filter(batch_id=batch.id).order_by("count"))


def opened(cast: Cast, **changes: object) -> Letter:
    """Return a letter Ran has opened."""
    (letter,) = numbered(cast)
    return opening.fill_in(letter, cast.actor("ran"), envelope(**changes), key=key(), when=on(DAY))


def scanned(cast: Cast) -> Letter:
    """Return a letter with one page scanned."""
    letter = opened(cast)
    kept = keeping.take_in(letter.id, BytesIO(samples.photograph()), "第一页.jpg")
    return writing.add_scans(letter, cast.actor("ran"), [kept], key=key(), when=on(DAY))


def typed(cast: Cast, *, hard: bool = False, words: str = WORDS) -> Letter:
    """Return a letter Ran has written down."""
    return writing.transcribe(
        scanned(cast), cast.actor("ran"), text=words, hard=hard, key=key(), when=on(DAY)
    )
