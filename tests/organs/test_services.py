"""Editing organs, officers and posts, and taking them from CSV."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from lianxin.organs.actors import Actor, actors_of
from lianxin.organs.models import Organ, OrganChange, Post, Region, Staff
from lianxin.organs.policies import NotManaged
from lianxin.organs.selectors import below
from lianxin.organs.services import csv_import, organs, staff
from lianxin.organs.services.errors import BadRecord
from lianxin.organs.services.organs import Facts
from lianxin.organs.services.staff import Term
from tests.cast import FROM, PASSWORD, Cast, on

DAY = date(2026, 6, 1)
AT = on(DAY).at


@pytest.fixture
def guan(cast: Cast) -> Actor:
    return cast.actor("guan")


@pytest.fixture
def top(cast: Cast) -> Actor:
    """Return an administrator of the city's bureau."""
    person = Staff.objects.create(id=800, username="top", name="顶管理")
    Post.objects.create(
        id=8800, staff=person, organ=cast.organs["mianyang"], role="organ_admin", starts_on=FROM
    )
    return actors_of(800, on=DAY)[0]


def facts(cast: Cast, name: str = "桑枣镇社会事务办", **changes: object) -> Facts:
    values: dict[str, object] = {
        "name": name,
        "short_name": name,
        "region": cast.regions["anzhou"],
        **changes,
    }
    return Facts(**values)  # type: ignore[arg-type]


def add(actor: Actor, parent: Organ, code: str, given: Facts, **changes: object) -> Organ:
    values: dict[str, object] = {"level": "township", "kind": "civil_affairs", "valid_from": DAY, **changes}
    return organs.add(actor, parent=parent, code=code, facts=given, at=AT, **values)  # type: ignore[arg-type]


def refusal(error: pytest.ExceptionInfo[BaseException]) -> str:
    return str(error.value)


# --- organs -----------------------------------------------------------------------------------------------


def test_an_organ_is_added_with_its_path(cast: Cast, guan: Actor) -> None:
    town = add(guan, cast.organs["anzhou"], "sangzao", facts(cast))
    village = add(guan, town, "sangzao-1", facts(cast, "红石村网点"), level="village", kind="network")
    assert town.path == f"/1/2/3/4/{town.pk}/" and village.path == f"{town.path}{village.pk}/"
    assert set(below(cast.organs["anzhou"])) == {cast.organs["anzhou"], town, village}


@pytest.mark.parametrize(
    ("changes", "given", "word"),
    [
        ({"level": "city"}, {}, "级别不能高于上级"),
        ({"level": "other"}, {}, "请选择级别"),
        ({"kind": "department"}, {}, "级别应当与所属机构相同"),
        ({"valid_from": date(2019, 1, 1)}, {}, "不在使用"),
        ({}, {"name": " "}, "请填写名称"),
        ({}, {"name": "长" * 101}, "最多 100 字"),
        ({}, {"postcode": "12345"}, "6 位数字"),
        ({}, {"postcode": "１２３４５６"}, "6 位数字"),
    ],
)
def test_a_wrong_organ_is_refused_in_words(
    cast: Cast, guan: Actor, changes: dict[str, object], given: dict[str, object], word: str
) -> None:
    with pytest.raises(BadRecord) as error:
        add(guan, cast.organs["anzhou"], "new", facts(cast, **given), **changes)
    assert word in refusal(error) and Organ.objects.count() == 7


@pytest.mark.parametrize("code", ["", "有字", "a b", "x" * 33, "anzhou"])
def test_a_wrong_code_is_refused(cast: Cast, guan: Actor, code: str) -> None:
    with pytest.raises(BadRecord):
        add(guan, cast.organs["anzhou"], code, facts(cast))


def test_a_place_outside_the_superior_is_refused(cast: Cast, guan: Actor) -> None:
    with pytest.raises(BadRecord) as error:
        add(guan, cast.organs["anzhou"], "new", facts(cast, region=cast.regions["fucheng"]))
    assert "辖区" in refusal(error)


def test_a_code_is_free_again_after_its_organ_ended(cast: Cast, guan: Actor) -> None:
    town = add(guan, cast.organs["anzhou"], "sangzao", facts(cast), valid_from=date(2026, 1, 1))
    organs.end(guan, town, on=date(2026, 5, 1), at=AT)
    again = add(guan, cast.organs["anzhou"], "sangzao", facts(cast))
    assert again.pk != town.pk


def test_the_depth_of_the_tree_has_an_end_in_words(cast: Cast, guan: Actor) -> None:
    parent = cast.organs["anzhou"]
    with pytest.raises(BadRecord) as error:
        for n in range(9):
            parent = add(guan, parent, f"deep{n}", facts(cast, f"第{n}层"), level="county", kind="department")
    assert "层级太深" in refusal(error)


@pytest.mark.parametrize("name", ["mianyang", "fucheng", "anzhou_gov", "ministry"])
def test_other_organs_are_not_the_administrators(cast: Cast, guan: Actor, name: str) -> None:
    other = cast.organs[name]
    for act in (
        lambda: add(guan, other, "new", facts(cast)),
        lambda: organs.edit(guan, other, facts=facts(cast), on=DAY, at=AT),
        lambda: organs.end(guan, other, on=DAY, at=AT),
        lambda: organs.move(guan, other, parent=cast.organs["anzhou"], on=DAY, at=AT),
    ):
        with pytest.raises(NotManaged):
            act()


def test_an_officer_without_the_post_edits_nothing(cast: Cast) -> None:
    with pytest.raises(NotManaged):
        add(cast.actor("tou"), cast.organs["anzhou"], "new", facts(cast))


def test_a_new_name_leaves_its_lineage(cast: Cast, guan: Actor) -> None:
    organ = organs.edit(
        guan, cast.organs["anzhou"], facts=facts(cast, "绵阳市安州区民政和老龄局"), on=DAY, at=AT
    )
    assert Organ.objects.get(pk=organ.pk).name == "绵阳市安州区民政和老龄局"
    change = OrganChange.objects.get()
    assert (change.kind, change.on, change.old_id, change.note) == (
        "renamed",
        DAY,
        organ.pk,
        "原名称：绵阳市安州区民政局",
    )
    organs.edit(guan, organ, facts=facts(cast, organ.name, phone="1"), on=DAY, at=AT)
    assert OrganChange.objects.count() == 1


def test_moving_takes_everything_below_along(cast: Cast, top: Actor) -> None:
    town = add(top, cast.organs["anzhou"], "t", facts(cast))
    unit = add(top, town, "u", facts(cast, "救助站"), kind="affiliated")
    other = add(top, cast.organs["anzhou"], "o", facts(cast, "另一个镇"), level="county")
    organs.move(top, Organ.objects.get(pk=town.pk), parent=Organ.objects.get(pk=other.pk), on=DAY, at=AT)
    paths = dict(Organ.objects.values_list("pk", "path"))
    assert paths[town.pk] == f"{other.path}{town.pk}/"
    assert paths[unit.pk] == f"{other.path}{town.pk}/{unit.pk}/"
    assert paths[cast.organs["anzhou"].pk] == cast.organs["anzhou"].path
    assert Organ.objects.get(pk=town.pk).parent_id == other.pk


def test_no_organ_goes_under_itself_and_nobody_moves_the_own(cast: Cast, top: Actor, guan: Actor) -> None:
    town = add(top, cast.organs["anzhou"], "t", facts(cast))
    with pytest.raises(BadRecord) as error:
        organs.move(top, cast.organs["anzhou"], parent=town, on=DAY, at=AT)
    assert "自己的下级" in refusal(error)
    for act in (
        lambda: organs.move(guan, cast.organs["anzhou"], parent=town, on=DAY, at=AT),
        lambda: organs.end(guan, cast.organs["anzhou"], on=DAY, at=AT),
    ):
        with pytest.raises(BadRecord):
            act()


def test_ending_asks_for_what_is_still_there(cast: Cast, top: Actor) -> None:
    town = add(top, cast.organs["anzhou"], "t", facts(cast), valid_from=date(2026, 1, 1))
    for organ, day, word in (
        (cast.organs["anzhou"], DAY, "下面还有 1 个机构"),
        (cast.organs["fucheng"], DAY, "在任岗位"),
        (town, date(2026, 1, 1), "晚于设立日期"),
    ):
        with pytest.raises(BadRecord) as error:
            organs.end(top, organ, on=day, at=AT)
        assert word in refusal(error)
    organs.end(top, town, on=DAY, successor=cast.organs["anzhou"], note="并入", at=AT)
    assert OrganChange.objects.get().kind == "merged" and Organ.objects.get(pk=town.pk).valid_to == DAY
    with pytest.raises(BadRecord) as error:
        organs.end(top, town, on=DAY, at=AT)
    assert "已于" in refusal(error)


# --- officers and posts -----------------------------------------------------------------------------------


def test_an_officer_is_added_and_can_sign_in_with_the_shown_password(cast: Cast, guan: Actor) -> None:
    made = staff.add(
        guan,
        username="Ｘin.Ren",
        name=" 新 人 ",
        organ=cast.organs["anzhou"],
        role="handler",
        term=Term(DAY),
        at=AT,
    )
    assert (made.staff.username, made.staff.name) == ("xin.ren", "新 人")
    assert Staff.objects.get(pk=made.staff.pk).check_password(made.password) and len(made.password) >= 20
    assert actors_of(made.staff.pk, on=DAY)[0].roles == {"handler"}
    assert actors_of(made.staff.pk, on=date(2026, 5, 31)) == []


@pytest.mark.parametrize(
    "username", ["", "a", "ran", "RAN", "用户", "а-cyrillic", "x" * 41, "a b", "-a", "a@b"]
)
def test_auth_10_a_wrong_or_taken_name_is_refused(cast: Cast, guan: Actor, username: str) -> None:
    with pytest.raises(BadRecord):
        staff.add(
            guan,
            username=username,
            name="新人",
            organ=cast.organs["anzhou"],
            role="handler",
            term=Term(DAY),
            at=AT,
        )
    assert Staff.objects.count() == len(cast.staff)


@pytest.mark.parametrize("role", ["sysadmin", "petitioner", "", "x"])
def test_a_post_no_administrator_may_give(cast: Cast, guan: Actor, role: str) -> None:
    with pytest.raises(BadRecord):
        staff.grant(guan, cast.staff["han"], organ=cast.organs["anzhou"], role=role, term=Term(DAY), at=AT)


def test_nobody_gives_or_takes_the_own_posts(cast: Cast, guan: Actor) -> None:
    own = Post.objects.get(staff=cast.staff["guan"])
    for act in (
        lambda: staff.grant(
            guan, cast.staff["guan"], organ=cast.organs["anzhou"], role="head", term=Term(DAY), at=AT
        ),
        lambda: staff.end_post(guan, own, on=DAY, at=AT),
        lambda: staff.deactivate(guan, cast.staff["guan"], on=DAY, at=AT),
        lambda: staff.reset_password(guan, cast.staff["guan"], on=DAY, at=AT),
    ):
        with pytest.raises((BadRecord, NotManaged)):
            act()


def test_posts_are_given_for_a_time_and_do_not_overlap(cast: Cast, guan: Actor) -> None:
    han, organ = cast.staff["han"], cast.organs["anzhou"]
    staff.grant(guan, han, organ=organ, role="checker", term=Term(DAY, date(2026, 6, 30)), at=AT)
    for term in (
        Term(date(2026, 6, 30)),
        Term(date(2026, 5, 1), DAY),
        Term(date(2026, 5, 1)),
        Term(date(2026, 6, 2), date(2026, 6, 3)),
    ):
        with pytest.raises(BadRecord) as error:
            staff.grant(guan, han, organ=organ, role="checker", term=term, at=AT)
        assert "已经有这个岗位" in refusal(error)
    staff.grant(guan, han, organ=organ, role="checker", term=Term(date(2026, 7, 1)), at=AT)
    staff.grant(guan, han, organ=organ, role="checker", term=Term(date(2026, 5, 1), date(2026, 5, 31)), at=AT)
    assert actors_of(han.pk, on=date(2026, 6, 30))[0].roles == {"handler", "checker"}


def test_the_last_day_of_a_post_counts(cast: Cast, guan: Actor) -> None:
    post = Post.objects.get(staff=cast.staff["han"])
    with pytest.raises(BadRecord):
        staff.end_post(guan, post, on=date(2019, 12, 31), at=AT)
    staff.end_post(guan, post, on=DAY, at=AT)
    assert actors_of(3, on=DAY) and not actors_of(3, on=date(2026, 6, 2))
    with pytest.raises(BadRecord):
        staff.end_post(guan, post, on=DAY, at=AT)


def test_a_term_ends_after_it_begins(cast: Cast, guan: Actor) -> None:
    with pytest.raises(BadRecord):
        staff.grant(
            guan,
            cast.staff["han"],
            organ=cast.organs["anzhou"],
            role="duty",
            term=Term(DAY, date(2026, 5, 1)),
            at=AT,
        )


def test_stopping_and_starting_an_account(cast: Cast, guan: Actor) -> None:
    han = cast.staff["han"]
    staff.deactivate(guan, han, on=DAY, at=AT)
    assert actors_of(han.pk, on=DAY) == []
    for act in (staff.deactivate, staff.reset_password):
        with pytest.raises(BadRecord):
            act(guan, han, on=DAY, at=AT)
    with pytest.raises(BadRecord):
        staff.grant(guan, han, organ=cast.organs["anzhou"], role="duty", term=Term(DAY), at=AT)
    made = staff.reactivate(guan, han, on=DAY, at=AT)
    assert actors_of(han.pk, on=DAY) and Staff.objects.get(pk=han.pk).check_password(made.password)


def test_who_has_a_post_elsewhere_is_not_ours_to_stop(cast: Cast, guan: Actor) -> None:
    shi = cast.staff["shi"]
    Post.objects.create(id=990, staff=shi, organ=cast.organs["anzhou"], role="window", starts_on=FROM)
    for act in (staff.deactivate, staff.reset_password):
        with pytest.raises(NotManaged) as error:
            act(guan, shi, on=DAY, at=AT)
        assert "绵阳市民政局" in refusal(error)
    with pytest.raises(NotManaged):
        staff.deactivate(guan, cast.staff["wai"], on=DAY, at=AT)
    assert Staff.objects.get(pk=shi.pk).check_password(PASSWORD)


# --- CSV --------------------------------------------------------------------------------------------------

ORGANS = (
    "代码,名称,简称,级别,性质,区划代码,上级代码,设立日期,电话\n"
    "sz,桑枣镇社会事务办,桑枣镇,乡镇（街道）,民政部门,510705,anzhou,2026-01-01,0816-1\n"
    "sz1,红石村网点,红石村,village,network,510705,sz,2026年1月1日,\n"
    "bad,越级局,越级局,市级,民政部门,510705,anzhou,2026-01-01,\n"
    "out,外地局,外地局,县级,民政部门,510703,mianyang,2026-01-01,\n"
)


def run(actor: Actor, kind: str, text: str | bytes, *, dry_run: bool = False) -> list[csv_import.RowReport]:
    data = text.encode() if isinstance(text, str) else text
    return list(csv_import.run(actor, kind=kind, data=data, on=DAY, dry_run=dry_run, at=AT))


def test_organs_are_taken_row_by_row(cast: Cast, guan: Actor) -> None:
    tried = run(guan, "organs", ORGANS, dry_run=True)
    assert [(one.line, one.state) for one in tried] == [
        (2, "written"),
        (3, "written"),
        (4, "refused"),
        (5, "refused"),
    ]
    assert Organ.objects.count() == 7
    done = run(guan, "organs", ORGANS)
    assert [one.text for one in done] == [one.text for one in tried]
    assert "级别不能高于上级" in done[2].text and "不在您管理的范围" in done[3].text
    village = Organ.objects.get(code="sz1")
    assert village.path == f"/1/2/3/4/{village.parent_id}/{village.pk}/" and village.parent.phone == "0816-1"
    again = run(guan, "organs", ORGANS)
    assert [one.state for one in again] == [
        "kept",
        "kept",
        "refused",
        "refused",
    ] and Organ.objects.count() == 9


def test_staff_get_first_passwords_once(cast: Cast, guan: Actor) -> None:
    text = (
        "登录名,姓名,机构代码,岗位,任职日期\nxin1,新一,anzhou,承办,2026-06-01\n"
        "ran,冒名,anzhou,承办,2026-06-01\nxin2,新二,none,承办,2026-06-01\n"
    )
    tried = run(guan, "staff", text, dry_run=True)
    assert [one.state for one in tried] == ["written", "refused", "refused"] and not [
        one for one in tried if one.password
    ]
    done = run(guan, "staff", text)
    assert Staff.objects.get(username="xin1").check_password(done[0].password)
    again = run(guan, "staff", text)
    assert again[0].state == "kept" and again[0].password == ""


def test_posts_are_taken(cast: Cast, guan: Actor) -> None:
    text = (
        "登录名,机构代码,岗位,任职日期,离任日期\nhan,anzhou,审核,2026/6/1,2026.12.31\nhan,anzhou,国王,2026-06-01,\n"
        "nobody,anzhou,审核,2026-06-01,\nhan,anzhou,审核,六月一日,\nguan,anzhou,负责人,2026-06-01,\n"
    )
    done = run(guan, "posts", text)
    assert [one.state for one in done] == ["written", "refused", "refused", "refused", "refused"]
    words = ("任“绵阳市安州区民政局”审核", "可以写：", "没有登录名", "不是日期", "不能给自己设岗")
    for one, word in zip(done, words, strict=True):
        assert word in one.text
    assert Post.objects.get(staff_id=3, role="checker").ends_on == date(2026, 12, 31)
    assert run(guan, "posts", text)[0].state == "kept"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "文件是空的"),
        (b"\n\n,,\n", "文件是空的"),
        ("登录名,姓名\n".encode(), "缺少列：机构代码、岗位、任职日期"),
        ("登录名,姓名,机构代码,岗位,任职日期,身份证号\n".encode(), "不认识的列：身份证号"),
        ("登录名,登录名,姓名,机构代码,岗位,任职日期\n".encode(), "重复"),
        (b"\xff\xfe\x00\x81\xff", "编码"),
        (b"PK\x03\x04\x00\x00", "不是 CSV"),
        ('登录名,姓名,机构代码,岗位,任职日期\n"没有结束的引号,x\n'.encode(), "读不懂"),
        (b"x" * (2 * 1024 * 1024 + 1), "最多 2 MB"),
        (("登录名,姓名,机构代码,岗位,任职日期\n" + "a,b,c,d,e\n" * 301).encode(), "一次最多 300 行"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(guan: Actor, data: bytes, word: str) -> None:
    with pytest.raises(BadRecord) as error:
        run(guan, "staff", data)
    assert word in refusal(error)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("xin1,新一,anzhou,承办,2026-06-01,,多出来的", "不在任何一列"),
        (f"xin1,{'长' * 301},anzhou,承办,2026-06-01", "最多 300 字"),
        ("xin1,新一", "“岗位”写了“”"),
        ("xin1,新一,anzhou,承办,2026-02-30", "不是日期"),
    ],
)
def test_a_wrong_row_is_refused_alone(guan: Actor, row: str, word: str) -> None:
    text = f"登录名,姓名,机构代码,岗位,任职日期,离任日期\n{row}\nxin9,新九,anzhou,承办,2026-06-01,\n"
    first, second = run(guan, "staff", text)
    assert (first.state, second.state) == ("refused", "written") and word in first.text


def test_a_file_of_an_old_table_program_is_read(guan: Actor) -> None:
    text = "登录名,机构代码,岗位,任职日期\nhan,anzhou,审核,2026-06-01\n"
    assert run(guan, "posts", text.encode("gb18030"))[0].state == "written"
    assert run(guan, "posts", b"\xef\xbb\xbf" + text.encode())[0].state == "kept"


def test_the_words_of_a_file_are_chinese_in_every_language(guan: Actor) -> None:
    text = "登录名,机构代码,岗位,任职日期\nhan,anzhou,审核,2026-06-01\nhan,anzhou,国王,2026-06-01\n"
    with override("en"):
        first, second = run(guan, "posts", text)
    assert first.state == "written" and "审核、负责人" in second.text


def test_a_place_code_no_longer_in_force_is_refused(cast: Cast, guan: Actor) -> None:
    Region.objects.filter(pk=cast.regions["fucheng"].pk).update(valid_to=date(2020, 1, 1))
    done = run(guan, "organs", ORGANS.replace("510705", "510703"))
    assert {one.state for one in done} == {"refused"} and "区划代码" in done[0].text
