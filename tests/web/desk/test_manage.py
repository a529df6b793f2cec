"""The administrator's pages: organs, officers, posts, import; for nobody else, and nothing beyond the own part."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianxin.cases.models import WorkItem
from lianxin.organs.models import Organ, Post, Staff
from tests.cast import PASSWORD, Cast
from tests.web.desk.conftest import Desk
from tests.web.desk.rounds import Round, at_most

ORGAN = {"name": "桑枣镇社会事务办", "short_name": "桑枣镇", "region": "安州区", "phone": "0816-4360001"}
NEW_ORGAN = {
    **ORGAN,
    "code": "sangzao",
    "level": "township",
    "kind": "civil_affairs",
    "valid_from_year": "2026",
    "valid_from_month": "6",
    "valid_from_day": "1",
}
POST = {
    "organ": "4",
    "role": "checker",
    "starts_on_year": "2026",
    "starts_on_month": "6",
    "starts_on_day": "1",
}
NEW_STAFF = {**POST, "username": "xin.ren", "name": "新人"}
PAGES = (
    "",
    "organs/4/",
    "organs/4/add/",
    "organs/4/move/",
    "organs/4/end/",
    "staff/",
    "staff/add/",
    "staff/3/",
    "import/",
)


@pytest.fixture
def guan(desk: Desk) -> Client:
    return desk("guan")


@pytest.fixture
def town(cast: Cast, guan: Client) -> Organ:
    assert guan.post("/desk/manage/organs/4/add/", NEW_ORGAN).status_code == 302
    return Organ.objects.get(code="sangzao")


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_for_the_administrator_alone(cast: Cast, desk: Desk, page: str) -> None:
    assert desk("guan").get(f"/desk/manage/{page}").status_code == 200
    for name in ("tou", "wai"):
        assert desk(name).get(f"/desk/manage/{page}").status_code == 404
        assert desk(name).post(f"/desk/manage/{page}", NEW_STAFF).status_code in (404, 405)


@pytest.mark.parametrize(
    "page", ["organs/3/", "organs/5/add/", "organs/5/move/", "organs/5/end/", "staff/9/", "staff/8/"]
)
def test_what_lies_outside_is_not_there(guan: Client, page: str) -> None:
    missing = guan.get("/desk/manage/organs/123456/")
    for answer in (
        guan.get(f"/desk/manage/{page}"),
        guan.post(f"/desk/manage/{page}", {**NEW_ORGAN, **POST}),
    ):
        assert answer.status_code == 404 and Round.bare(answer) == Round.bare(missing)


def test_get_writes_nothing(guan: Client) -> None:
    before = (Organ.objects.count(), Staff.objects.count(), Post.objects.count())
    for page in PAGES:
        guan.get(f"/desk/manage/{page}", {**NEW_ORGAN, **NEW_STAFF})
    for page in ("staff/3/switch/", "posts/300/end/"):
        assert guan.get(f"/desk/manage/{page}").status_code == 405
    assert (Organ.objects.count(), Staff.objects.count(), Post.objects.count()) == before


def test_an_organ_is_added_found_edited_moved_and_ended(guan: Client, town: Organ) -> None:
    assert town.path == f"/1/2/3/4/{town.pk}/"
    assert "桑枣镇" in guan.get("/desk/manage/?q=sangzao").content.decode()
    assert "没有找到" in guan.get("/desk/manage/?q=没有").content.decode()
    edited = guan.post(
        f"/desk/manage/organs/{town.pk}/",
        {**ORGAN, "name": "桑枣镇便民中心", "path": "/9/", "level": "ministry"},
    )
    assert edited.status_code == 302 and "已保存" in guan.get(edited.headers["Location"]).content.decode()
    town.refresh_from_db()
    assert (town.name, town.level, town.path) == ("桑枣镇便民中心", "township", f"/1/2/3/4/{town.pk}/")
    assert (
        guan.post(
            "/desk/manage/organs/4/add/", {**NEW_ORGAN, "code": "hq", "level": "county", "kind": "department"}
        ).status_code
        == 302
    )
    other = Organ.objects.get(code="hq")
    assert guan.post(f"/desk/manage/organs/{town.pk}/move/", {"parent": str(other.pk)}).status_code == 302
    assert Organ.objects.get(pk=town.pk).path == f"/1/2/3/4/{other.pk}/{town.pk}/"
    day = {"on_year": "2026", "on_month": "6", "on_day": "2"}
    assert guan.post(f"/desk/manage/organs/{town.pk}/end/", day).status_code == 302
    assert str(Organ.objects.get(pk=town.pk).valid_to) == "2026-06-02"


def test_an_organ_with_open_cases_is_not_ended(cast: Cast, guan: Client, town: Organ) -> None:
    cast.registered()
    WorkItem.objects.update(organ=town)
    answer = guan.post(
        f"/desk/manage/organs/{town.pk}/end/", {"on_year": "2026", "on_month": "6", "on_day": "2"}
    )
    assert answer.status_code == 422 and "还有 1 件没有办结" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"code": "anzhou"}, 409, "已经有机构在用"),
        ({"code": ""}, 422, "请填写这一项"),
        ({"region": "涪城区"}, 409, "辖区"),
        ({"region": "火星"}, 422, "没有找到"),
        ({"level": "city"}, 409, "级别不能高于"),
        ({"name": "长" * 101}, 422, "最多 100 字"),
    ],
)
def test_a_wrong_organ_keeps_what_was_typed(
    guan: Client, changes: dict[str, str], status: int, word: str
) -> None:
    answer = guan.post("/desk/manage/organs/4/add/", {**NEW_ORGAN, **changes})
    page = answer.content.decode()
    assert answer.status_code == status and word in page and "0816-4360001" in page
    assert Organ.objects.count() == 7


def test_an_officer_is_added_and_signs_in_with_the_password_shown_once(guan: Client) -> None:
    answer = guan.post(
        "/desk/manage/staff/add/", {**NEW_STAFF, "is_active": "", "password": "chosen-by-hand"}
    )
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    password = answer.context["password"]
    assert password in answer.content.decode()
    assert password not in guan.get(f"/desk/manage/staff/{answer.context['person'].pk}/").content.decode()
    signed = Client().post("/desk/sign-in", {"username": "xin.ren", "password": password})
    assert signed.headers["Location"] == "/desk/account/password"
    again = guan.post("/desk/manage/staff/add/", NEW_STAFF)
    assert (
        again.status_code == 409
        and "已经有人在用" in again.content.decode()
        and Staff.objects.filter(username="xin.ren").count() == 1
    )


def test_posts_are_given_and_ended(cast: Cast, guan: Client) -> None:
    assert guan.post("/desk/manage/staff/3/", POST).status_code == 302
    post = Post.objects.get(staff_id=3, role="checker")
    assert guan.post("/desk/manage/staff/3/", POST).status_code == 409
    end = f"/desk/manage/posts/{post.pk}/end/"
    wrong = guan.post(end, {f"post{post.pk}-on_year": "2026", f"post{post.pk}-on_month": "13"})
    assert wrong.status_code == 409 and "真实的最后一日" in wrong.content.decode()
    day = {f"post{post.pk}-on_year": "2026", f"post{post.pk}-on_month": "6", f"post{post.pk}-on_day": "30"}
    assert guan.post(end, day).status_code == 302
    assert str(Post.objects.get(pk=post.pk).ends_on) == "2026-06-30"
    assert guan.post(end.replace(str(post.pk), "900"), day).status_code == 404


@pytest.mark.parametrize(
    "changes", [{"organ": "5"}, {"organ": "x"}, {"role": "sysadmin"}, {"starts_on_day": "0"}]
)
def test_a_wrong_post_is_refused(guan: Client, changes: dict[str, str]) -> None:
    assert guan.post("/desk/manage/staff/3/", {**POST, **changes}).status_code == 422
    assert Post.objects.filter(staff_id=3).count() == 1


def test_an_account_is_stopped_started_and_given_a_new_password(cast: Cast, guan: Client, desk: Desk) -> None:
    han = desk("han")
    assert guan.post("/desk/manage/staff/3/switch/", {"act": "stop"}).status_code == 302
    assert han.get("/desk/").status_code == 302
    assert guan.post("/desk/manage/staff/3/switch/", {"act": "stop"}).status_code == 409
    first = guan.post("/desk/manage/staff/3/switch/", {"act": "start"}).context["password"]
    second = guan.post("/desk/manage/staff/3/switch/", {"act": "password"}).context["password"]
    for password, status in ((PASSWORD, 422), (first, 422), (second, 302)):
        assert Client().post("/desk/sign-in", {"username": "han", "password": password}).status_code == status
    assert guan.post("/desk/manage/staff/3/switch/", {"act": "delete"}).status_code == 404


def test_nobody_edits_the_own_account(guan: Client) -> None:
    page = guan.get("/desk/manage/staff/7/").content.decode()
    assert "请另一位机构管理员修改" in page and "停用账号" not in page
    assert guan.post("/desk/manage/staff/7/", {**POST, "role": "head"}).status_code == 409
    assert guan.post("/desk/manage/staff/7/switch/", {"act": "password"}).status_code == 409
    assert Post.objects.filter(staff_id=7).count() == 1


def csv(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.csv", text.encode(), content_type="text/csv")


def test_a_file_is_tried_and_then_written(cast: Cast, guan: Client) -> None:
    text = "登录名,姓名,机构代码,岗位,任职日期\nxin1,新一,anzhou,承办,2026-06-01\nxin2,新二,fucheng,承办,2026-06-01\n"
    tried = guan.post("/desk/manage/import/", {"kind": "staff", "file": csv(text), "dry_run": "on"})
    page = tried.content.decode()
    assert (
        tried.status_code == 200
        and "什么也没有写入" in page
        and "不在您管理的范围" in page
        and not Staff.objects.filter(username="xin1").exists()
    )
    done = guan.post("/desk/manage/import/", {"kind": "staff", "file": csv(text)})
    password = done.context["rows"][0]["password"]
    assert password in done.content.decode() and Staff.objects.get(username="xin1").check_password(password)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "staff"}, "file"),
        ({"file": csv("x")}, "kind"),
        ({"kind": "cases", "file": csv("x")}, "kind"),
        ({"kind": "staff", "file": csv("x,y\n")}, "file"),
    ],
)
def test_a_wrong_file_is_refused_in_words(guan: Client, given: dict[str, object], field: str) -> None:
    answer = guan.post("/desk/manage/import/", given)
    assert answer.status_code == 422 and field in answer.context["form"].errors


def test_a_few_statements_whatever_the_number(cast: Cast, guan: Client) -> None:
    for page in ("", "staff/", "organs/4/", "staff/3/"):
        with at_most(8):
            assert guan.get(f"/desk/manage/{page}").status_code == 200
