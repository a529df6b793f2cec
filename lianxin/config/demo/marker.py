"""The file that marks a data folder as a demonstration and remembers what is to be printed at each start."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "demo.json"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One officer to sign in as."""

    role: str
    organ: str
    username: str


@dataclass(frozen=True, slots=True)
class Followed:
    """One invented item to follow as its petitioner."""

    state: str
    number: str
    code: str


@dataclass(frozen=True, slots=True)
class Marker:
    """What is printed: who may sign in, with which password, and which items to follow."""

    built_on: str
    password: str
    main_organ: str
    sign_ins: tuple[SignIn, ...]
    followed: tuple[Followed, ...]


def write(folder: Path, marker: Marker) -> None:
    """Mark the folder. Written last, so that a demonstration stopped half way is made anew."""
    part = folder / f"{NAME}.part"
    part.write_text(json.dumps(asdict(marker), ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(folder / NAME)


def read(folder: Path) -> Marker | None:
    """Return the marker of a folder, or None when it is no finished demonstration."""
    try:
        data = json.loads((folder / NAME).read_text(encoding="utf-8"))
        sign_ins = tuple(SignIn(**row) for row in data.pop("sign_ins"))
        followed = tuple(Followed(**row) for row in data.pop("followed"))
        return Marker(sign_ins=sign_ins, followed=followed, **data)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def main_organ(folder: Path) -> str:
    """Return the code of the organ the printed sign-ins belong to; "" when there is none."""
    marker = read(folder)
    return marker.main_organ if marker else ""
