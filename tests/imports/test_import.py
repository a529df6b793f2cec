"""`lianxin import`: each row registered, found, or refused with its own sentence; again and again without doubles."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianxin.cases.models import Case, CaseText, Claim, ImportedRow, Step, WorkItem
from lianxin.cases.services import importing
from lianxin.cases.services.mapping import MESSAGES
from lianxin.config.cli import main
from lianxin.jobs import integrity
from lianxin.ledger.chain import Reader
from lianxin.petitioners.vault import parties, reveal
from tests.cast import Cast, on
from tests.imports.real import SAMPLE, messages_file

HEAD = "id,time,user,subject,body,likes,against"
MAPPING = """
source = "旧信访系统"
key = ["编号"]
[columns]
"编号" = "number"
"日期" = "received"
"内容" = "body"
"区划" = "place"
"人数" = "people"
"形式" = "channel"
"分类" = "category"
"机构" = "organ"
[constants]
kind = "申诉求决"
"""


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Return exit code and output of one import into 安州区."""
    code = main(["import", *map(str, words), "--organ", "anzhou"])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def mapped(folder: Path, **cells: str) -> tuple[Path, Path]:
    """Return a table of one row with the columns of `MAPPING`, and the mapping file."""
    values = {
        "编号": "1",
        "日期": "2026-03-02",
        "内容": "路灯坏了（虚构）",
        "区划": "",
        "人数": "",
        "形式": "来信",
        "分类": "",
        "机构": "",
    }
    values.update(cells)
    path, mapping = folder / "rows.csv", folder / "map.toml"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([values.keys(), values.values()])
    mapping.write_text(MAPPING, encoding="utf-8")
    return path, mapping


def test_the_sample_is_registered_whole(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, SAMPLE, "--acks", tmp_path / "acks")
    assert code == 0 and "40 行：已登记 40，原来已有 0，已有但内容不同 0，未登记 0。" in out
    assert len((tmp_path / "acks").read_text().splitlines()) == 40
    case = Case.objects.get(source_number="9000")
    text = CaseText.objects.get(case=case)
    assert (
        case.state == "registered" and case.channel == "online" and case.summary == "" and not case.anonymous
    )
    assert text.body.startswith("询问低保年审要带什么材料\n\n我是A1区") and text.original != ""
    assert Step.objects.filter(case=case).count() == 2 and Claim.objects.filter(case=case).count() == 1
    assert WorkItem.objects.filter(case_id=case.pk).count() == 1 and not integrity.check(case.pk).faults
    assert parties(case.pk)[0].given == ("name",)
    sealed = reveal(
        case_id=case.pk, seq=1, field="name", purpose="试验", reader=Reader(), at=on("2026-06-01").at
    )
    assert sealed == "Z00010000"


def test_again_finds_all_and_a_changed_row_is_reported(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = "1,2025-01-02 03:04:05,Z1,路灯,坏了（虚构）,0,0"
    run(capsys, table(tmp_path, before))
    code, out, _ = run(
        capsys,
        table(tmp_path, before, before.replace("坏了", "修好了"), "1,昨天,Z1,x,y,0,0"),
        "--report",
        tmp_path / "r.csv",
    )
    assert code == 0 and "已登记 0，原来已有 1，已有但内容不同 2，未登记 0" in out
    assert Case.objects.count() == 1 and CaseText.objects.get().body == "路灯\n\n坏了（虚构）"
    lines = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert (
        lines[0] == "line,key,result,reason"
        and lines[1].startswith("3,1,differs,")
        and "修好" not in lines[1]
    )


def test_one_key_twice_in_a_file_is_one_case(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    row = "1,2025-01-02 03:04:05,Z1,路灯,坏了（虚构）,0,0"
    _, out, _ = run(capsys, table(tmp_path, row, row))
    assert "已登记 1，原来已有 1" in out and Case.objects.count() == 1


def test_two_runs_at_once_do_not_double(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    work = importing.Import(
        MESSAGES, cast.organs["anzhou"], importing.officer(), clock=lambda: on("2026-06-01")
    )
    row = Row(2, {"id": "1", "time": "2025-01-02", "user": "Z1", "subject": "路灯", "body": "坏了"})
    assert [o.result for o in work.run([row])] == ["registered"]
    monkeypatch.setattr(importing.Import, "_known", lambda self, keys: {})
    assert [o.result for o in work.run([row])] == ["there"]
    assert Case.objects.count() == ImportedRow.objects.count() == 1


class Row:
    """A row as a table gives it."""

    def __init__(self, line: int, cells: dict[str, str], fault: str = "") -> None:
        self.line, self.cells, self.fault = line, cells, fault


def test_dry_run_judges_and_writes_nothing(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = table(tmp_path, "1,2025-01-02,Z1,路灯,坏了,0,0", "2,2025-01-02,Z1,,,0,0")
    _, out, _ = run(capsys, rows, "--dry-run")
    assert "可以登记 1" in out and "未登记 1" in out and "只检查不登记" in out
    assert not Case.objects.exists() and not ImportedRow.objects.exists()


def test_limit(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, SAMPLE, "--limit", "3")
    assert "3 行：已登记 3" in out


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,2099-01-02,Z1,路灯,坏了,0,0", "收到日期 2099-01-02 在将来"),
        ("1,2020-02-30,Z1,路灯,坏了,0,0", "日期“2020-02-30”读不懂"),
        ("1,,Z1,路灯,坏了,0,0", "读不懂"),
        ("1,1999-01-02,Z1,路灯,坏了,0,0", "早于 2005 年 5 月 1 日"),
        ("1,2025-01-02,Z1, 　,　,0,0", "不能为空"),
        (",2025-01-02,Z1,路灯,坏了,0,0", "没有编号（id）"),
        ("1,2025-01-02,Z1,路灯", "7 列，这一行有 4 列"),
        ("1,2025-01-02,Z1,路灯,坏\x00了,0,0", "NUL"),
        (f"1,2025-01-02,Z1,路灯,{'长' * 20_001},0,0", "最多 20000 字"),
        (f"{'9' * 61},2025-01-02,Z1,路灯,坏了,0,0", "原编号超过 60"),
    ],
)
def test_each_bad_row_has_its_own_sentence(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path, row: str, said: str
) -> None:
    good = "77,2025-01-02,Z1,路灯,坏了,0,0"
    code, out, _ = run(capsys, table(tmp_path, row, good))
    assert code == 0 and said in out and "已登记 1" in out and "未登记 1" in out


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"区划": "999999"}, "区划在 2026-03-02 不存在"),
        ({"区划": "安县"}, "区划在 2026-03-02 不存在"),
        ({"人数": "很多"}, "信访人数应当是整数"),
        ({"人数": "0"}, "信访人数至少为 1"),
        ({"形式": "电报"}, "信访形式应当是来信"),
        ({"分类": "9999"}, "内容分类在 2026-03-02 没有这一代码"),
        ({"机构": "nowhere"}, "机构代码不在现有机构中"),
    ],
)
def test_each_unknown_value_has_its_own_sentence(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    rows, mapping = mapped(tmp_path, **cells)
    _, out, _ = run(capsys, rows, "--mapping", mapping)
    assert said in out and not Case.objects.exists()


def test_known_values_are_understood(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows, mapping = mapped(
        tmp_path,
        编号="Ａ－７",
        日期="２０２６年３月２日",
        内容="𠮷祥里的灯坏了😊",
        区划="四川省绵阳市涪城区",
        人数="３人",
        分类="０１０１",
        机构="mianyang",
    )
    _, out, _ = run(capsys, rows, "--mapping", mapping)
    case = Case.objects.select_related("place", "registrar", "text").get()
    assert (
        "已登记 1" in out and case.received_on.isoformat() == "2026-03-02" and case.source_number == "Ａ－７"
    )
    assert (case.place.name, case.people, case.category, case.registrar.code) == (
        "涪城区",
        3,
        "0101",
        "mianyang",
    )
    assert case.text.body == "𠮷祥里的灯坏了😊" and ImportedRow.objects.get().row_key == "A-7"


@pytest.mark.parametrize(
    ("head", "said"), [("编号,日期", "没有现成的对应"), ("id,time,user,subject,body", "id、time、user")]
)
def test_a_table_nobody_knows_stops_before_it_begins(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path, head: str, said: str
) -> None:
    code, _, err = run(capsys, table(tmp_path, "1,2", head=head))
    assert code == 2 and said in err and "--mapping" in err


def test_missing_columns_are_named_with_those_found(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, mapping = mapped(tmp_path)
    code, _, err = run(capsys, table(tmp_path, "1,2", head="编号,日期"), "--mapping", mapping)
    assert code == 2 and "缺少列 内容、区划" in err and "现有的列是 编号、日期" in err


def test_no_organ_no_import(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(SAMPLE)]) == 2
    assert "--organ" in capsys.readouterr().err
    assert main(["import", str(SAMPLE), "--organ", "none"]) == 2
    assert "没有代码为 none 的机构" in capsys.readouterr().err


def test_nobody_signs_in_as_the_importer(cast: Cast) -> None:
    officer = importing.officer()
    assert (
        not officer.is_active and not officer.has_usable_password() and importing.officer().pk == officer.pk
    )


def test_statements_per_row_are_pinned(cast: Cast) -> None:
    work = importing.Import(
        MESSAGES, cast.organs["anzhou"], importing.officer(), clock=lambda: on("2026-06-01")
    )
    rows = [
        Row(n, {"id": str(n), "time": "2025-01-02", "user": "Z1", "subject": "路灯", "body": "坏了"})
        for n in range(20)
    ]
    list(work.run(rows[:1]))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert {o.result for o in work.run(rows[1:])} == {"registered"}
    counted = [q for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    assert len(counted) <= 11 * 19 + 1


def test_the_real_file_or_the_sample(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Every row is registered or refused with a reason; nothing of a text is ever printed."""
    file, which = messages_file()
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    with capsys.disabled():
        print(f"\nimport test uses {which}", flush=True)
    code, out, err = run(capsys, file, "--report", tmp_path / "r.csv", "--limit", "400")
    wanted = min(len(rows), 400)
    refused = len((tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()) - 1
    there = Case.objects.count()
    leaked = sum(row["subject"] in out + err for row in rows if len(row["subject"]) > 4)
    assert code == 0
    assert leaked == 0, f"{leaked} subjects were printed"
    assert there + refused == wanted, f"{there} registered and {refused} refused of {wanted}"
