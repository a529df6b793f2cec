"""The `rules` commands: worked cases, malformed input, the arithmetic, the drawing."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lianxin.procedure.book import books, load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.check import main
from lianxin.procedure.clock import deadline
from lianxin.procedure.english import english_article

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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["RECHECK", "--start", "2026-08-24", "--excluded", "2026-09-01..2026-09-05"],
            [
                "2026年8月24日起算",
                "   5  2026年9月1日至2026年9月5日听证所需时间，不计入",
                "依据：信访工作条例",
            ],
        ),
        (
            ["OBJECTION", "--start", "2026-02-12"],
            ["   9  2026年2月15日至2026年2月23日春节，不计入", "累计5个"],
        ),
        (
            ["HANDLE", "--start", "2025-07-03", "--extension-days", "20"],
            ["  20  批准延长合计20日", "   1  最后一日2025年9月21日是休息日（周末），顺延至2025年9月22日"],
        ),
        (
            ["OWN_ROUTE", "--start", "2026-03-01", "--set-on", "2026-05-01"],
            ["  61  指定的最后一日为2026年5月1日", "   5  最后一日2026年5月1日是休息日（劳动节）"],
        ),
        (["HANDLE", "--start", "2026-12-20"], ["日期暂定", "依法最后一日 2027-02-18（暂定）"]),
        (
            ["HANDLE", "--start", "2019-05-08", "--profile", "zhejiang_2016"],
            ["浙江省信访条例 第二十三条", "计30日"],
        ),
        (["URGENT", "--start", "2026-05-08"], ["应当立即办理"]),
    ],
)
def test_explain_tells_each_part_of_the_date(capsys: Output, arguments: list[str], told: list[str]) -> None:
    assert main(["explain", *arguments]) == 0
    out = capsys.readouterr().out
    assert [part for part in told if part not in out] == []
    assert ("暂定" in out) == ("2026-12-20" in arguments)


def test_explain_speaks_english(capsys: Output) -> None:
    arguments = ["explain", "REVIEW", "--start", "2026-12-31", "--english", "--profile", "aba_prefecture"]
    excluded = ["--excluded", "2027-01-04..2027-01-04..appraisal"]
    assert main([*arguments, *excluded, "--extension-days", "1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Review (REVIEW, Aba prefecture measures on review and re-check)",
        "   0  Counted from December 31, 2026; that day itself is not counted",
        "   3  January 1, 2027 to January 3, 2027: 3 days",
        "   1  January 4, 2027: appraisal, not counted",
        "  28  January 5, 2027 to February 1, 2027: 28 days",
        "   0  This includes an approved extension of 1 day in all",
        "   0  The public holidays of a year are not published yet: only weekends are counted, "
        "the date is provisional",
        "   0  Legal basis: Aba Prefecture Measures on Review and Re-check Art. 15",
        "  32  calendar days in all",
        "Ends on 2027-02-01; last legal day 2027-02-01 (provisional); warning day 2027-02-01",
    ]


def test_every_line_has_its_english_and_every_law_its_name() -> None:
    for name in books():
        for clock in load_book(name).clocks.values():
            for start in (date(2025, 1, 17), date(2026, 9, 28)):
                lines = deadline(
                    load_book(name),
                    clock.id,
                    start,
                    calendar=load_calendar(),
                    set_on=date(2026, 10, 3) if clock.unit == "date" else None,
                ).lines
                told = [line.words(english=True) for line in lines]
                told = [line for line in told if "惯例" not in line]
                assert [line for line in told if re.search("[\u3000-\u9fff]", line)] == []


def test_a_date_promised_before_is_told_as_such() -> None:
    found = deadline(load_book("national_2022"), "HANDLE", date(2024, 8, 4), calendar=load_calendar())
    kept = found._replace(legal=date(2024, 10, 10))
    assert [(line.kind, line.days) for line in kept.lines] == [
        ("start", 0),
        ("count", 60),
        ("roll", 5),
        ("set", 2),
        ("basis", 0),
    ]
    assert "2024年10月10日" in kept.lines[3].text and "October 10, 2024" in kept.lines[3].text_en


def test_an_extension_of_a_set_date_is_told_apart() -> None:
    found = deadline(
        load_book("national_2022"),
        "OWN_ROUTE",
        date(2026, 3, 2),
        calendar=load_calendar(),
        set_on=date(2026, 3, 2),
        extension_days=7,
    )
    assert [(line.kind, line.days) for line in found.lines] == [
        ("start", 0), ("set", 0), ("extend", 7), ("basis", 0)
    ]  # fmt: skip


def test_articles_are_cited_in_english() -> None:
    cited = "信访工作条例 第二十五条、第四十六条第（四）项；信访条例 第三十五条第一款至第二款；某法 第十条"
    assert english_article(cited) == (
        "Regulations on Petition Work Art. 25, Art. 46(item 4); "
        "Regulations on Petitions (2005) Art. 35(1)–(2); 某法 Art. 10"
    )


def test_diff_prints_lines_or_data(capsys: Output) -> None:
    assert main(["diff", "national_2005", "zhejiang_2016"]) == 0
    assert "  HANDLE 办理: length 60 → 30\n" in capsys.readouterr().out
    assert main(["diff", "national", "zhejiang_2016@national_2022", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["from"], data["to"]) == ("national_2022", "zhejiang_2016@national_2022")
    assert {
        "kind": "clock",
        "id": "HANDLE",
        "label": "办理",
        "key": "length",
        "before": "60",
        "after": "30",
    } in data["changes"]
    assert main(["diff", "national", "national_2022"]) == 0
    assert capsys.readouterr().out.endswith("两部规则没有不同。\n")


@pytest.mark.parametrize("name", ["mars", "simple", "national_2005@national_2022", "zhejiang_2016@mars", ""])
def test_an_unknown_book_is_answered_with_the_known_ones(capsys: Output, name: str) -> None:
    commands = (
        ["diff", "national_2022", name],
        ["diff", name, "national_2022"],
        ["explain", "HANDLE", "--start", "2026-03-02", "--profile", name],
        ["diagram", "--profile", name],
    )
    for command in commands:
        assert main(command) == 2
        captured = capsys.readouterr()
        assert f"没有规则“{name}”" in captured.err and not captured.out
        assert all(known in captured.err for known in books())


def test_the_diagram_shows_every_state_and_step(capsys: Output) -> None:
    assert main(["diagram"]) == 0
    drawing = capsys.readouterr().out
    root = ElementTree.fromstring(drawing)  # noqa: S314
    texts = {text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"served", "closed_final"} <= texts
    assert all(any(text.startswith(f"T{n:02} ") for text in texts) for n in range(1, 54))
