"""Organs from a table: all rows or none, each fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianxin.config.cli import main
from lianxin.organs.models import Organ
from tests.cast import Cast

HEAD = "代码,名称,级别,性质,区划代码,上级代码,简称,电话,邮编,设立日期"
ROWS = (
    "MY-N1,绵阳市民政局社会救助科,市级,内设机构（司局、处、科）,510700,mianyang,救助科,,,",
    "AZ-S1,安州区中心敬老院,county,affiliated,510705,anzhou,敬老院,0816-1,621000,2021-05-01",
    "AZ-S2,安州区中心敬老院二部,county,affiliated,510705,AZ-S1,,,,",
)


def table(folder: Path, *rows: str, head: str = HEAD) -> str:
    path = folder / "organs.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_new_organs_get_their_place(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["organs", "import", table(tmp_path, *ROWS)]) == 0
    assert "新增 3，更新 0" in capsys.readouterr().out
    home, second = Organ.objects.get(code="AZ-S1"), Organ.objects.get(code="AZ-S2")
    assert (
        home.path == f"{cast.organs['anzhou'].path}{home.pk}/"
        and home.phone == "0816-1"
        and home.valid_from.year == 2021
    )
    assert second.path == f"{home.path}{second.pk}/" and second.short_name == "安州区中心敬老院二部"
    again = ROWS[1].replace("敬老院,0816-1", "敬老院,0816-2")
    assert main(["organs", "import", table(tmp_path, again)]) == 0
    assert "新增 0，更新 1" in capsys.readouterr().out
    assert Organ.objects.get(code="AZ-S1").phone == "0816-2"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("X,名,区级,department,510705,anzhou,,,,", "级别应当是"),
        ("X,名,county,shop,510705,anzhou,,,,", "性质应当是"),
        ("X,名,county,department,999999,anzhou,,,,", "区划代码 999999 不在现行区划中"),
        ("X,名,county,department,510705,nobody,,,,", "上级代码 nobody"),
        ("X,,county,department,510705,anzhou,,,,", "没有填写名称"),
        ("X,名,county,department,510705,anzhou,,,,去年", "设立日期应当写成"),
        ("AZ-S1,名,county,department,510705,anzhou,,,,", "出现两次"),
        ("anzhou,名,county,civil_affairs,510705,province,,,,", "隶属关系的改变"),
        ("X,名,county,department,510705,anzhou,,,1234567,", "postcode"),
        ("X,名", "10 列，这一行有 2 列"),
    ],
)
def test_one_bad_row_and_nothing_is_written(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, said: str
) -> None:
    before = Organ.objects.count()
    assert main(["organs", "import", table(tmp_path, ROWS[1], row)]) == 2
    captured = capsys.readouterr()
    assert "第 3 行" in captured.out and said in captured.out and "一个机构也没有导入" in captured.err
    assert Organ.objects.count() == before


@pytest.mark.parametrize(
    ("head", "said"), [("代码,名称", "缺少列 级别、性质、区划代码"), (f"{HEAD},备注", "不认识的列 备注")]
)
def test_wrong_columns_are_named(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], head: str, said: str
) -> None:
    assert main(["organs", "import", table(tmp_path, head=head)]) == 2
    assert said in capsys.readouterr().err


def test_the_country_has_a_code_of_its_own(cast: Cast, tmp_path: Path) -> None:
    row = "BU-N1,民政部办公厅,部级,department,100000,ministry,,,,"
    assert main(["organs", "import", table(tmp_path, row)]) == 0
    assert Organ.objects.get(code="BU-N1").region.level == "country"
