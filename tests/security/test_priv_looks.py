"""PRIV-12: whatever hands out text, identity or material of a case has recorded the look; the petitioner sees exactly those."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianxin.cases import selectors
from lianxin.cases.models import Case, CaseText, Claim
from lianxin.ledger.models import Look
from lianxin.petitioners import vault
from lianxin.web.public.trail import looked
from tests.cast import STORY, XIN, Cast, on
from tests.security import access
from tests.security.access import RELATIONS, ROLES, Stage
from tests.security.addresses import addresses
from tests.web.public.walking import new_code, show

CANARIES = ("金丝雀正文", "金丝雀请求", "金丝雀诉求", STORY[:8], *XIN.values())
"""Words that stand in the text, the request, the claims and the identity of every case, and nowhere else."""
INSIDE = ("ran", "fen", "han", "tou")
"""Officers of the organ that has the case, of whom each may do something else with it."""
READS = ('FROM "cases_casetext"', '"petitioners_party"."boxes"', '"cases_casetext"."body"')
"""Where a petition's words and its sealed people are read; stand-in names come without the boxes."""


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def marked(cast: Cast) -> Stage:
    """Return the stage with a canary in every text."""
    stage = access.build(cast)
    CaseText.objects.update(body=f"金丝雀正文。{STORY}", ask="金丝雀请求")
    Claim.objects.update(text="金丝雀诉求")
    return stage


def test_priv_12_no_address_of_the_desk_shows_words_or_people_without_a_look(cast: Cast) -> None:
    """Every address that could show them, to everybody who could see them, as it is opened and as an empty form."""
    stage = marked(cast)
    readers = {(who, "assigned") for who in INSIDE} | set(RELATIONS.values())
    silent, shown = [], set()
    for one in addresses():
        if "case_id" not in one.parts:
            continue
        for who, name in sorted(readers):
            case = stage.cases[name]
            client = Client(raise_request_exception=False)
            client.cookies.load(stage.cookies[who])
            for method in ("get", "post"):
                connection.queries_log.clear()
                with undone(), CaptureQueriesContext(connection) as ran:
                    looks = Look.objects.filter(case_id=case.pk, staff_id=cast.staff[who].pk)
                    before = looks.count()
                    answer = getattr(client, method)(one.path(case_id=case.pk, draft_id="1"))
                    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                    gained = looks.count() - before
                held = [word for word in CANARIES if word in body.decode(errors="replace")]
                read = method == "get" and any(
                    table in query["sql"] for query in ran.captured_queries for table in READS
                )
                if held:
                    shown.add(one.route)
                if (held or (read and answer.status_code == 200)) and gained < 1:
                    silent.append((method, one.route, who, name, held))
    assert not silent, silent[:10]
    assert {"/desk/case/<int:case_id>/", "/desk/case/<int:case_id>/draft-opinion/"} <= shown and len(
        shown
    ) > 8


def test_priv_12_the_lists_of_the_desk_show_no_words_and_no_people(cast: Cast) -> None:
    """Lists record no look for each row, so they show the officers' own line of summary and nothing the petitioner wrote."""
    stage = marked(cast)
    for who in sorted({*ROLES.values(), *(who for who, _ in RELATIONS.values())}):
        client = Client()
        client.cookies.load(stage.cookies[who])
        for page in ("/desk/", "/desk/?shelf=nobody", "/desk/alerts/", "/desk/account/"):
            body = client.get(page).content.decode()
            assert not [word for word in CANARIES if word in body], (who, page)


def test_priv_12_five_reads_by_three_organs_are_exactly_those_lines(cast: Cast) -> None:
    case = cast.under_review()
    Look.objects.filter(case_id=case.pk).delete()
    at = on("2026-06-15").at
    for name, purpose in (("fu", "复查"), ("fu", "复查"), ("tou", "办理"), ("dao", "督查")):
        assert selectors.open_case(cast.actor(name), case.pk, purpose=purpose, at=at)
    vault.reveal(
        case_id=case.pk, seq=1, field="phone", purpose="联系信访人", reader=cast.actor("fu").reader(), at=at
    )
    lines = [(one.text, one.times, one.identity) for one in looked(selectors.looks_at(case.pk))]
    assert sorted((times, identity) for _, times, identity in lines) == [
        (1, False),
        (1, False),
        (1, True),
        (2, False),
    ]
    for organ, purpose in (
        ("绵阳市民政局", "复查"),
        ("绵阳市安州区民政局", "办理"),
        ("四川省民政厅", "督查"),
        ("绵阳市民政局", "联系信访人"),
    ):
        assert any(organ in text and purpose in text for text, _, _ in lines), (organ, purpose)
    names = {one.name for one in cast.staff.values()} | {one.username for one in cast.staff.values()}
    assert not [name for text, _, _ in lines for name in names if name in text]


def test_priv_12_of_a_report_the_lines_tell_no_organ(cast: Cast) -> None:
    case = cast.filed(kind="report", category="1302", body="反映某工作人员收受财物（虚构）").case
    at = on("2026-06-15").at
    assert selectors.open_case(cast.actor("mi"), case.pk, purpose="核实", at=at)
    vault.reveal(
        case_id=case.pk, seq=1, field="phone", purpose="核实", reader=cast.actor("mi").reader(), at=at
    )
    found = looked(selectors.looks_at(case.pk), report=True)
    assert [(one.times, one.identity) for one in found] == [(2, True)]
    assert "民政局" not in found[0].text and "检举控告" in found[0].text
    client = Client()
    show(client, cast, case, new_code(case))
    page = client.get("/follow/case/").content.decode()
    assert "依法办理检举控告的工作人员" in page and "打开了身份信息" in page


def test_priv_12_who_does_not_see_the_case_sees_no_trail(cast: Cast) -> None:
    case = cast.assigned()
    assert selectors.open_case(cast.actor("han"), case.pk, purpose="办理", at=on("2026-06-01").at)
    count = Look.objects.count()
    assert selectors.open_case(cast.actor("wai"), case.pk, purpose="看看", at=on("2026-06-01").at) is None
    assert Look.objects.count() == count, "what was not shown is no look"


@pytest.mark.parametrize("broken", ["record_look"])
def test_priv_12_a_look_that_cannot_be_recorded_hands_out_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    case = cast.assigned()

    def full(**given: object) -> None:
        raise RuntimeError("the ledger takes nothing")

    monkeypatch.setattr(f"lianxin.cases.selectors.{broken}", full)
    monkeypatch.setattr(f"lianxin.petitioners.vault.{broken}", full)
    at = on("2026-06-01").at
    with pytest.raises(RuntimeError):
        selectors.open_case(cast.actor("han"), case.pk, purpose="办理", at=at)
    with pytest.raises(RuntimeError):
        vault.reveal(
            case_id=case.pk, seq=1, field="name", purpose="核对", reader=cast.actor("han").reader(), at=at
        )
    assert Case.objects.filter(pk=case.pk).exists()
