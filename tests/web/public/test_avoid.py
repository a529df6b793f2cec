"""The question who must not know: optional, sealed, and kept in the filing."""

from __future__ import annotations

import pytest
from django.test import Client

from lianxin.cases.models import Wall
from lianxin.petitioners import vault
from tests.cast import Cast
from tests.web.public.walking import filed, kept, new_code, show, walk

COUNTY = "绵阳市安州区民政局"


def test_nobody_has_to_answer_it(client: Client, cast: Cast) -> None:
    walk(client, cast)
    page = client.get("/file/check/").content.decode()
    assert "不应当知道这件事的单位或者人" in page and "没有填写（可以不填）" in page
    assert client.post("/file/check/").status_code == 302
    assert filed(client).holder == cast.organs["anzhou"] and not Wall.objects.exists()


def test_who_is_named_does_not_get_it(client: Client, cast: Cast) -> None:
    walk(client, cast)
    sent = client.post("/file/avoid/", {"avoid": f"{COUNTY}\n石市局\n某镇老王（虚构）"})
    assert (sent.status_code, sent.headers["Location"]) == (302, "/file/check/")
    assert "某镇老王" in client.get("/file/check/").content.decode()
    assert client.post("/file/check/").status_code == 302
    case = filed(client)
    assert case.holder == cast.organs["province"]
    named = set(Wall.objects.filter(case_id=case.pk).values_list("organ", "staff"))
    assert named == {(cast.organs["anzhou"].pk, None), (None, cast.staff["shi"].pk)}
    assert [one.role for one in vault.parties(case.pk)] == ["petitioner", "accused"]
    show(client, cast, case, new_code(case))
    page = client.get("/follow/case/").content.decode()
    assert "设置了回避" in page and "老王" not in page


@pytest.mark.parametrize("typed", ["\n".join(f"第{n}人" for n in range(21)), "长" * 101])
def test_too_much_is_kept_and_refused(client: Client, cast: Cast, typed: str) -> None:
    walk(client, cast)
    answer = client.post("/file/avoid/", {"avoid": typed})
    assert answer.status_code == 422 and typed[-5:] in answer.content.decode()
    assert "avoid" not in kept(client)
