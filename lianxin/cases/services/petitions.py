"""What is to be registered, and what comes of it: the words between the faces and `intake`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from lianxin.cases.models import Case
from lianxin.cases.services.walls import Named
from lianxin.files.keeping import Kept
from lianxin.organs.models import Organ, Region
from lianxin.procedure.errors import Refused

NOBODY = Named()


class BadPetition(Refused):
    """A petition cannot be registered as it was given; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item taken over from another system comes from: the system, the row, and its number there."""

    system: str
    row_key: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Petition:
    """What is to be registered, as it was typed. `received_on` is the legal day, not the day of registration.

    `identity` and `helper` map names of `vault.FIELDS` to text; both may be empty (anonymous). `avoid` are those who must not
    know of it.
    """

    channel: str
    kind: str
    place: Region
    organ: Organ
    body: str
    received_on: date
    received_at: datetime
    ask: str = ""
    category: str = ""
    subroute: str = ""
    summary: str = ""
    claims: Sequence[str] = ()
    identity: Mapping[str, str] = field(default_factory=dict)
    helper: Mapping[str, str] = field(default_factory=dict)
    people: int = 1
    read_back: bool = False
    taken_over: bool = False
    origin: Origin | None = None
    files: Sequence[Kept] = ()
    avoid: Named = NOBODY


@dataclass(frozen=True, slots=True)
class Filed:
    """A registered item: the case and, shown once, its query code ("" for an item taken over)."""

    case: Case
    code: str
