"""The table of security promises is whole: each promise has its row, each named file is there, each has a test of its name."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs/reference/security-tests.md"
GROUPS = {
    "AUTH": range(1, 12),
    "SESS": range(1, 9),
    "MFA": range(1, 8),
    "AZ": range(1, 21),
    "COI": range(1, 9),
    "QC": range(1, 10),
    "FILE": range(1, 17),
    "INJ": range(1, 13),
    "XSS": range(1, 10),
    "CSRF": range(1, 5),
    "SSRF": range(1, 6),
    "REDIR": range(1, 2),
    "RATE": range(1, 8),
    "MASS": range(1, 8),
    "LOG": range(1, 15),
    "SEAL": range(1, 8),
    "BG": range(1, 5),
    "PRIV": range(1, 14),
    "STAT": range(1, 4),
    "CONC": range(1, 10),
    "CRASH": (*range(1, 6), *range(9, 12)),
    "CLK": range(1, 8),
}
"""The promises, by the numbers of each group."""
NAMED = re.compile(r"`([\w./-]+\.(?:py|md|sh)|\.ci/run|tests/[\w/]+)`")


def ids_in(cell: str) -> set[str]:
    """Return the ids a cell names: `INJ-01, 05, MASS-07` are three, `XSS-01 to 05` five."""
    found: set[str] = set()
    group, last = "", 0
    for word, number in re.findall(r"([A-Z]+-|to )?(\d\d)\b", cell):
        group = word[:-1] if word.endswith("-") else group
        first = last + 1 if word == "to " else int(number)
        last = int(number)
        found |= {f"{group}-{n:02d}" for n in range(first, last + 1) if group}
    return found


def ids_of(name: str) -> set[str]:
    """Return the ids in the name of a test: `test_inj_01_05_mass_07_no_field` has three."""
    found: set[str] = set()
    group = ""
    for word in name.split("_"):
        if word.upper() in GROUPS:
            group = word.upper()
        elif re.fullmatch(r"\d\d", word) and group:
            found.add(f"{group}-{word}")
        else:
            group = ""
    return found


@cache
def rows() -> tuple[tuple[str, str], ...]:
    """Return first and last cell of each row of the table."""
    lines = [
        line for line in TABLE.read_text(encoding="utf-8").splitlines() if re.match(r"\| [A-Z]+[- ]", line)
    ]
    return tuple((cells[0], cells[-1]) for cells in (line.strip("| ").split(" | ") for line in lines))


@cache
def ids_with_a_test() -> frozenset[str]:
    """Return the ids that stand in the name of some test below tests/."""
    found: set[str] = set()
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found |= ids_of(node.name)
    return frozenset(found)


def known(name: str) -> bool:
    """Tell whether a file or folder of the table is there; without a folder it may lie anywhere among tests and pages."""
    if "/" in name:
        return (ROOT / name).exists()
    return any(next((ROOT / folder).rglob(name), None) for folder in ("tests", "docs"))


@pytest.mark.parametrize("group", GROUPS)
def test_each_promise_has_its_row(group: str) -> None:
    there = set[str]().union(*(ids_in(first) for first, _ in rows()))
    assert not [one for n in GROUPS[group] if (one := f"{group}-{n:02d}") not in there]


def test_each_row_names_files_that_are_there_or_says_why_it_needs_none() -> None:
    for first, last in rows():
        named = NAMED.findall(last)
        assert not [name for name in named if not known(name)], first
        assert named or re.search(r"\w{3}", last), first
        assert named or re.search(r"\b(not there|no|nobody|does not apply)\b", last), first


def test_each_promise_with_a_test_has_its_id_in_the_name_of_one() -> None:
    wanted = set[str]()
    for first, last in rows():
        if any(Path(name).name.startswith("test") for name in NAMED.findall(last) if name.endswith(".py")):
            wanted |= {one for one in ids_in(first) if one.split("-")[0] in GROUPS}
    assert not sorted(wanted - ids_with_a_test())


def test_the_reading_of_ids_itself() -> None:
    assert ids_in("INJ-01, 05, MASS-07") == {"INJ-01", "INJ-05", "MASS-07"}
    assert ids_in("XSS-01 to 03") == {"XSS-01", "XSS-02", "XSS-03"} and not ids_in("COI (database)")
    assert ids_of("test_inj_01_05_mass_07_no_field_10") == {"INJ-01", "INJ-05", "MASS-07"}
    assert not ids_of("test_auth_answers_in_01_second") and not known("test_nowhere.py")
