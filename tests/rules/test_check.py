"""The `rules` commands: worked cases, malformed input, the arithmetic, the drawing."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lianxin.procedure.check import main

CASES = Path(__file__).parent / "worked_cases.json"
DEADLINE = {
    "id": "X1",
    "kind": "deadline",
    "input": {"clock": "REG_NOTICE", "start": "2024-03-05"},
    "expected": {"legal": "2024-03-20"},
}
Output = pytest.CaptureFixture[str]


def write(path: Path, content: object) -> str:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_every_worked_case_passes(capsys: Output) -> None:
    assert main(["check", str(CASES)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "83 passed, 0 failed"
    assert lines[:-1] == [f"W{n:02} ok" for n in range(1, 84)]


def test_a_failure_shows_expected_and_actual(tmp_path: Path, capsys: Output) -> None:
    wrong = {**DEADLINE, "expected": {"legal": "2024-03-21"}}
    assert main([write(tmp_path / "a.json", {"cases": [DEADLINE, wrong]})]) == 1
    out = capsys.readouterr().out
    assert "X1 FAILED legal: expected '2024-03-21', actual '2024-03-20'" in out
    assert out.endswith("1 passed, 1 failed\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "dedline"}, "unknown kind 'dedline'"),
        ({"expected": {"legel": "2024-03-20"}}, "expected: unknown key(s) ['legel']"),
        ({"expected": {}}, "expected must be an object with keys"),
        ({"input": {"clock": "REG_NOTICE"}}, "input: key(s) ['start'] missing"),
        ({"input": {"clock": "REG_NOTICE", "start": "2024-3-5"}}, "'2024-3-5' 不是日期"),
        ({"input": {"clock": "REG", "start": "2024-03-05"}}, "there is no clock 'REG'"),
        ({"input": {"clock": "HANDLE", "start": "2024-03-05", "extension_days": "x"}}, "extension_days"),
        ({"input": {"clock": "HANDLE", "start": "2024-03-05", "profile": "mars"}}, "no rulebook 'mars'"),
        (
            {"kind": "eligibility", "input": {"question": "x", "facts": {}}, "expected": {"code": "OK"}},
            "没有问题",
        ),
        (
            {"kind": "eligibility", "input": {"question": "x", "facts": []}, "expected": {"code": "OK"}},
            "facts",
        ),
        ({"kind": "route", "input": {"intent": "wish"}, "expected": {"category": "claim"}}, "intent"),
    ],
)
def test_malformed_input_is_refused_with_its_place(
    tmp_path: Path, capsys: Output, change: dict[str, object], told: str
) -> None:
    assert main([write(tmp_path / "bad.json", [{**DEADLINE, **change}])]) == 2
    error = capsys.readouterr().err
    assert "bad.json[1]: case X1" in error and told in error


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[1,", "line 1 column 4"),
        (b'{"case": []}', "must be a list of cases or an object with 'cases'"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"[7]", "a case must be an object"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, capsys: Output, content: bytes, told: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert main(["check", str(path)]) == 2
    assert told in capsys.readouterr().err
    assert main(["check", str(tmp_path / "none.json")]) == 2


def test_a_profile_may_be_given(tmp_path: Path) -> None:
    case = {
        "id": "Z1",
        "kind": "deadline",
        "input": {"clock": "HANDLE", "start": "2019-05-08", "profile": "zhejiang_2016"},
        "expected": {"nominal": "2019-06-07", "legal": "2019-06-10", "warn": "2019-06-06"},
    }
    assert main([write(tmp_path / "z.json", [case])]) == 0


def test_explain_prints_lines_that_sum_to_the_date(capsys: Output) -> None:
    arguments = ["explain", "RECHECK", "--start", "2026-08-24", "--excluded", "2026-09-01..2026-09-05"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    rows = [line for line in out.splitlines() if line[:4].strip().isdigit()]
    *parts, total = [int(row[:4]) for row in rows]
    assert sum(parts) == total and "信访工作条例 第三十六条" in out
    assert main(["explain", "NOTHING", "--start", "2026-08-24"]) == 2
    assert main(["explain", "HANDLE", "--start", "soon"]) == 2


def test_the_diagram_shows_every_state_and_step(capsys: Output) -> None:
    assert main(["diagram"]) == 0
    drawing = capsys.readouterr().out
    root = ElementTree.fromstring(drawing)  # noqa: S314
    texts = {text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"served", "closed_final"} <= texts
    assert all(any(text.startswith(f"T{n:02} ") for text in texts) for n in range(1, 54))
