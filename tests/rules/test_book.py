"""The loader refuses what does not hold together, naming file and key."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lianxin.procedure.book import FOLDER, load_book, read_book
from lianxin.procedure.calendar import read_notice
from lianxin.procedure.errors import RulebookError

Edit = Callable[[str, str, str], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "rulebooks")
    return tmp_path / "rulebooks"


@pytest.fixture
def edit(root: Path) -> Edit:
    def replace(file: str, old: str, new: str) -> None:
        path = root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


STEPS, CLOCKS = "national/2022/steps.toml", "national/2022/clocks.toml"
T33 = 'event    = "serve"'


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            CLOCKS,
            "length   = 60\n",
            "lenght   = 60\n",
            "clocks.toml: clock 'HANDLE': 'length' 0 does not fit",
        ),
        (
            CLOCKS,
            "extension_max = 30\n",
            "extension_mx = 30\n",
            "clock 'HANDLE': unknown key(s) ['extension_mx']",
        ),
        (CLOCKS, 'article  = "信访工作条例 第三十四条"\n', "", "clock 'HANDLE': key 'article' is missing"),
        (
            CLOCKS,
            'article  = "信访工作条例 第三十四条"\n',
            'article = " "\n',
            "clock 'HANDLE': 'article' is empty",
        ),
        (CLOCKS, 'unit     = "CD"\n', 'unit = "days"\n', "clock 'REG_NOTICE': 'unit' is 'days'; known"),
        (
            CLOCKS,
            "length   = 15\n",
            'length = "15"\n',
            "clock 'REG_NOTICE': 'length' has a value of the wrong type",
        ),
        (CLOCKS, "length   = 15\n", "length = -15\n", "clock 'REG_NOTICE': 'length' is negative"),
        (CLOCKS, 'owed_by  = "receiver"', 'owed_by = "me"', "clock 'REG_NOTICE': 'owed_by' is 'me'"),
        (CLOCKS, 'tag      = "S"', 'tag = "X"', "clock 'REG_NOTICE': 'tag' is 'X'"),
        (
            CLOCKS,
            'lengthens = "HANDLE"',
            'lengthens = "HANDEL"',
            "clock in 'lengthens' ['HANDEL'] is not known",
        ),
        (
            CLOCKS,
            '[[clock]]\nid       = "BUREAU_REFER"',
            '[[clock]]\nid = "REG_NOTICE"',
            "'REG_NOTICE' is written twice",
        ),
        (CLOCKS, "[[clock]]\n", "[[clok]]\n", "clocks.toml: unknown key(s) ['clok']"),
        (CLOCKS, "[[clock]]\n", "[[clock\n", "clocks.toml: is not readable TOML"),
        (STEPS, T33, T33 + "\nspeed = 3", "step 'T33': unknown key(s) ['speed']"),
        (
            STEPS,
            'starts   = ["REVIEW_WIN"]',
            'starts = ["REVIEW_WON"]',
            "step 'T33': clock ['REVIEW_WON'] is not known",
        ),
        (
            STEPS,
            'guards   = ["proof_of_service"]',
            'guards = ["proof"]',
            "step 'T33': guard ['proof'] is not known",
        ),
        (
            STEPS,
            'paper    = "proof_of_service"',
            'paper = "proof"',
            "step 'T33': paper ['proof'] is not known",
        ),
        (
            STEPS,
            'roles    = ["window", "handler"]',
            'roles = ["clerk"]',
            "step 'T33': role ['clerk'] is not known",
        ),
        (
            STEPS,
            'from     = ["issued"]',
            'from = ["isued"]',
            "step 'T33': state in 'from' ['isued'] is not known",
        ),
        (STEPS, 'to       = "served"', 'to = "sent"', "step 'T33': state in 'to' ['sent'] is not known"),
        (STEPS, 'id       = "text_present"', 'id = "text_there"', "guard ['text_present'] is not known"),
        (STEPS, 'event    = "tell_elsewhere"', 'event = "accept"', "leads from the same state as"),
        (STEPS, 'to       = "merged"', 'to = "withdrawn"', "state(s) ['merged'] cannot be reached"),
        (STEPS, 'label    = "送达"', 'label = ""', "step 'T33': 'label' is empty"),
        (
            STEPS,
            'code     = "RECUSE"',
            'code = "REC"',
            "guard 'handler_without_interest': code 'REC' is not known",
        ),
        ("national/2022/routes.toml", '"omission"', '"decision"', "'decision' also leads to route '31.4'"),
        (
            "national/2022/competence.toml",
            'department = "assistance"',
            'department = "x"',
            "department ['x'] is not",
        ),
        (
            "national/2022/competence.toml",
            'subroute   = "31.4"',
            'subroute = "31.9"',
            "route in 'subroute' ['31.9']",
        ),
        (
            "national/2022/competence.toml",
            "from       = 2023-03-16",
            "from = 2023-03-17",
            "does not begin the day after",
        ),
        ("national/2022/papers.toml", 'suffix   = "D"', 'suffix = "Z"', "paper 'receipt': 'suffix' is 'Z'"),
        (
            "national/2022/book.toml",
            'parts         = ["simple"]',
            'parts = ["simpel"]',
            "unknown rulebook(s) ['simpel']",
        ),
        (
            "national/2022/book.toml",
            "in_force_from",
            "inforce_from",
            "book.toml: key 'in_force_from' is missing",
        ),
        (
            "national/2022/book.toml",
            'id            = "national_2022"',
            'id = "simple"',
            "'simple' is also in",
        ),
        (
            "simple/steps.toml",
            '"simple_running"]',
            '"simple_suits"]',
            "guard 'simple_running': no step uses this guard",
        ),
    ],
)
def test_it_refuses(root: Path, edit: Edit, file: str, old: str, new: str, told: str) -> None:
    edit(file, old, new)
    with pytest.raises(RulebookError) as refused:
        read_book("national_2022", root=root)
    assert told in str(refused.value) and refused.value.place in str(refused.value)


def test_a_state_without_exit_is_refused(root: Path, edit: Edit) -> None:
    edit(STEPS, 'from     = ["issued"]\nto       = "served"', 'from = ["served"]\nto = "="')
    with pytest.raises(
        RulebookError, match=r"state\(s\) \[.*\] (cannot be reached|have no exit and are no end)"
    ):
        read_book("national_2022", root=root)


def test_states_that_only_lead_to_one_another_are_refused(root: Path, edit: Edit) -> None:
    edit(
        STEPS, 'from     = ["route_handling"]\nto       = "route_out"', 'from = ["route_handling"]\nto = "="'
    )
    with pytest.raises(RulebookError, match="route_handling"):
        read_book("national_2022", root=root)


def test_an_overlay_changes_only_what_it_writes() -> None:
    base, place = load_book("national_2005"), load_book("zhejiang_2016")
    changed = {c for c in place.clocks if place.clocks[c] != base.clocks.get(c)}
    assert changed == {"REG_NOTICE", "REF_NOTICE", "HANDLE", "HANDLE_EXT"}
    assert place.steps == base.steps and "check later changes" in place.note
    assert base.clocks["HANDLE"].article == "信访条例 第三十三条"
    assert "OBJECTION" not in base.clocks and "OBJECTION" in load_book("beijing_2006").clocks


def test_an_overlay_drops_only_what_is_there(root: Path, edit: Edit) -> None:
    edit("national/2005/clocks.toml", 'id      = "OBJECTION"', 'id = "OBJECTIONS"')
    with pytest.raises(RulebookError, match=r"clock 'OBJECTIONS': there is nothing to drop"):
        read_book("national_2005", root=root)


def test_a_base_that_leads_back_is_refused(root: Path, edit: Edit) -> None:
    edit("national/2022/book.toml", "parts ", 'base = "national_2005"\nparts ')
    with pytest.raises(RulebookError, match="leads back"):
        read_book("national_2022", root=root)


@pytest.mark.parametrize("name", ["national_1995", "simple", "national_2005@national_2022", "../x"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(RulebookError, match="no rulebook"):
        load_book(name)


def test_an_unknown_file_is_refused(root: Path) -> None:
    (root / "national" / "2022" / "clock.toml").write_text("", encoding="utf-8")
    with pytest.raises(RulebookError, match=r"unknown file\(s\) \['clock.toml'\]"):
        read_book("national_2022", root=root)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            'year = 2031\nsource = "x"\nwork = [2031-01-04]\n[[off]]\nlabel = "x"\nfrom = 2031-01-02\nto = 2031-01-01\n',
            "before",
        ),
        ('year = 2031\nsource = "x"\nwork = [2030-01-04]\n', "days of another year"),
        ('year = 2030\nsource = "x"\n', "days of another year"),
        ("year = 2031\nwork = []\n", "'source' is missing"),
        (
            'year = 2031\nsource = "x"\nwork = [2031-01-01]\n[[off]]\nlabel = "x"\nfrom = 2031-01-01\nto = 2031-01-01\n',
            "both",
        ),
        ('year = 2031\nsource = "x"\nwork = ["x"]\n', "must be a list of date values"),
        ('year = 2031\nsource = "x"\nhome = 1\n', "unknown key(s) ['home']"),
    ],
)
def test_a_calendar_that_does_not_fit_is_refused(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "2031.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RulebookError) as refused:
        read_notice(path)
    assert "calendar/2031.toml" in str(refused.value) and told in str(refused.value)


def test_the_papers_say_what_the_law_asks() -> None:
    papers = load_book("national_2022").papers
    assert {
        "claims",
        "facts_and_reasons",
        "outcomes",
        "legal_basis",
        "remedy",
        "remedy_organs",
        "remedy_last_day",
    } <= set(papers["opinion"].required)
    assert papers["opinion"].remedy and papers["opinion"].tag == "S"
    assert "refusal_note" not in papers["proof_of_service"].required
    assert all(
        {"number", "date", "organ", "seal", "contact"} <= set(paper.required) for paper in papers.values()
    )
