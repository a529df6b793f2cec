"""MASS: fields nobody asked for in valid forms, steps taken out of order, what was issued changed later, odd shapes of values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from lianxin.cases import numbers
from lianxin.cases.history import load
from lianxin.cases.models import Case, Notice, Paper, Step
from lianxin.cases.services import handling, withdrawing
from lianxin.ledger import ids
from lianxin.ledger.models import Entry, Look
from lianxin.organs.models import Organ, Post, Staff
from lianxin.procedure.book import load_book
from lianxin.procedure.calendar import load_calendar
from lianxin.procedure.engine import decide
from lianxin.procedure.errors import Refused
from tests.cast import FROM, Cast, key, on
from tests.security.addresses import addresses
from tests.security.conftest import Browser
from tests.security.twins import sent_with
from tests.web.desk.rounds import FOREIGN, everything
from tests.web.desk.test_manage import NEW_ORGAN, NEW_STAFF, POST
from tests.web.desk.test_register_offline import CONFIRM, DATA
from tests.web.public.walking import answers, kept, new_code, show, walk

LIANXIN = Path(__file__).parents[2] / "lianxin"
DAY = {"on_year": "2026", "on_month": "6", "on_day": "30"}
RATING = {
    "answered": "yes",
    "right": "no",
    "carried_out": "none",
    "office": "satisfied",
    "organ": "satisfied",
}
MANAGED: dict[str, tuple[str, dict[str, str]]] = {
    "organ added": ("organs/4/add/", NEW_ORGAN),
    "organ moved": ("organs/{town}/move/", {"parent": "2"}),
    "organ ended": ("organs/{town}/end/", DAY),
    "officer added": ("staff/add/", NEW_STAFF),
    "post given": ("staff/3/", POST),
    "officer stopped": ("staff/3/switch/", {"act": "stop"}),
}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what begins the ids and numbers of this process anew, so that twins draw the same."""

    def begin() -> None:
        made = itertools.count(7 << 50)
        monkeypatch.setattr(ids.maker, "make", lambda: next(made))
        monkeypatch.setattr(numbers.counter, "_blocks", {})

    return begin


def unasked(*names: str) -> dict[str, str]:
    """Return the fields nobody asked for, but those a form does ask for."""
    return {name: value for name, value in FOREIGN.items() if name not in names}


def posting(
    client: Client, path: str, data: Mapping[str, Any], begin: Callable[[], None]
) -> Callable[..., HttpResponse]:
    """Return the sending of a form with more fields."""

    def send(more: Mapping[str, str]) -> HttpResponse:
        begin()
        return client.post(path, {**data, **more})

    return send


@pytest.mark.parametrize("what", MANAGED)
def test_mass_01_the_administrators_valid_forms(
    cast: Cast, browser: Browser, drawn: Callable[[], None], what: str
) -> None:
    client, (page, data) = browser("guan"), MANAGED[what]
    if "{town}" in page:
        assert client.post("/desk/manage/organs/4/add/", NEW_ORGAN).status_code == 302
        page = page.format(town=Organ.objects.get(code=NEW_ORGAN["code"]).pk)
    if "move" in page:
        Post.objects.create(
            id=9001,
            staff=cast.staff["guan"],
            organ=cast.organs["mianyang"],
            role="organ_admin",
            starts_on=FROM,
        )
        data = {"parent": str(cast.organs["mianyang"].pk)}
    sent_with(unasked(*data), posting(client, f"/desk/manage/{page}", data, drawn))
    assert not {"is_staff", "is_superuser"} & {field.name for field in Staff._meta.fields}, (
        "nobody is more than a post"
    )


def test_mass_01_every_page_of_the_petitioners_form_and_the_filing(
    cast: Cast, drawn: Callable[[], None]
) -> None:
    for name, data in answers(cast).items():
        one, other = Client(), Client()
        for client in (one, other):
            walk(client, cast, until=name)
        assert one.post(f"/file/{name}/", data).status_code == 302
        assert other.post(f"/file/{name}/", {**data, **unasked(*data)}).status_code == 302
        assert kept(one) == kept(other), name
    client = Client()
    walk(client, cast)
    sent_with(unasked(), posting(client, "/file/check/", {}, drawn))


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("accept", {"sure": "on"}),
        ("evaluate", RATING),
        ("withdraw", {"wish": "ask"}),
        ("withdraw", {"wish": "pressed", "words": "被要求撤回"}),
        ("review", {"claims": ["1"], "reasons": "数额不对", "organ": "3"}),
    ],
)
def test_mass_01_the_petitioners_forms_for_a_case(
    cast: Cast, drawn: Callable[[], None], path: str, data: dict[str, Any]
) -> None:
    case, client = cast.served(), Client()
    show(client, cast, case, new_code(case))
    sent_with(unasked(*data), posting(client, f"/follow/{path}/", {"key": "k" * 22, **data}, drawn))


def test_mass_01_a_petition_written_down_at_the_window(
    cast: Cast, browser: Browser, drawn: Callable[[], None]
) -> None:
    client = browser("ran")
    check = client.post("/desk/register/", DATA).headers["Location"]
    sent_with(unasked(*CONFIRM), posting(client, check, CONFIRM, drawn))


OUT_OF_ORDER: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "served before it was signed": ("drafted", "ran", "serve", {
        "method": "in_person", "proof": "本人签收", "receiver": "", "witness": "",
        "served_on_year": "2026", "served_on_month": "6", "served_on_day": "1",
    }),
    "signed before it was drafted": ("assigned", "tou", "sign", {"every_claim": "on", "plain": "on", "promises": "on"}),
    "accepted before it was registered": ("filed", "fen", "accept", {"approver": "5"}),
    "review of what is not decided": ("assigned", "ran", "request-review", {
        "claims": "恢复发放低保金", "because": "数额不对。", "via": "post", "organ": "3",
        "received_on_year": "2026", "received_on_month": "6", "received_on_day": "1",
    }),
}  # fmt: skip


@pytest.mark.parametrize("what", OUT_OF_ORDER)
def test_mass_03_the_desk_takes_no_step_out_of_order(cast: Cast, browser: Browser, what: str) -> None:
    stage, who, page, data = OUT_OF_ORDER[what]
    case: Case = cast.filed().case if stage == "filed" else getattr(cast, stage)()
    before, client = everything(), browser(who)
    sent = {"key": "a-key-of-one-form-page", "version": str(case.version), **data}
    answer = client.post(f"/desk/case/{case.pk}/{page}/", sent)
    assert answer.status_code in (409, 422), answer.content.decode()[:2000]
    assert everything() == before


@pytest.mark.parametrize("path", ["accept", "review", "evaluate"])
def test_mass_03_a_petitioner_cannot_close_or_have_reviewed_what_is_new(cast: Cast, path: str) -> None:
    case, client = cast.filed().case, Client()
    show(client, cast, case, new_code(case))
    before = everything()
    data = {"key": "k" * 22, "sure": "on", "claims": ["1"], "reasons": "不服", "organ": "3", **RATING}
    assert client.post(f"/follow/{path}/", data).status_code in (302, 409, 422)
    assert everything() == before


def test_mass_03_nobody_signs_the_own_draft(cast: Cast, browser: Browser) -> None:
    Post.objects.create(
        id=9002, staff=cast.staff["han"], organ=cast.organs["anzhou"], role="head", starts_on=FROM
    )
    case = cast.drafted()
    before, client = everything(), browser("han")
    sent = {
        "key": "a-key-of-one-form-page",
        "version": str(case.version),
        "every_claim": "on",
        "plain": "on",
        "promises": "on",
    }
    assert client.post(f"/desk/case/{case.pk}/sign/", sent).status_code in (409, 422)
    assert everything() == before


def test_mass_03_the_engine_refuses_every_step_no_state_leads_to(cast: Cast) -> None:
    loaded, tried = load(cast.filed().case), 0
    book = load_book(loaded.case.rulebook)
    everybody = frozenset(role for rules in book.steps.values() for rule in rules for role in rule.roles)
    snapshot = loaded.snapshot()
    for state, (event, rules) in itertools.product(book.states, book.steps.items()):
        if any(rule.leads_from(state) for rule in rules):
            continue
        at = type(snapshot)(
            **{name: getattr(snapshot, name) for name in snapshot.__slots__} | {"state": state}
        )
        with pytest.raises(Refused):
            decide(
                book, at, event, roles=everybody, on=loaded.acts[-1].on, parts={}, calendar=load_calendar()
            )
        tried += 1
    assert tried > 500, tried


def issued_rows(case: Case) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of what was done, told, issued and seen in a case."""
    models = (Step, Entry, Paper, Notice, Look)
    return {
        model.__name__: list(model._default_manager.filter(case_id=case.pk).order_by("pk").values())
        for model in models
    }


FIXED = ("Step", "Entry", "Paper")


def test_mass_05_no_later_step_changes_an_earlier_one(cast: Cast) -> None:
    case = cast.drafted()
    seen = [issued_rows(case)]
    handling.sign(cast.load("tou", case), actor=cast.actor("tou"), key=key(), when=on("2026-05-25"))
    seen.append(issued_rows(case))
    loaded = load(Case.objects.get(pk=case.pk))
    withdrawing.pressed(loaded, words="被要求撤回", key=key(), when=on("2026-05-26"))
    seen.append(issued_rows(case))
    for before, after in itertools.pairwise(seen):
        for table in FIXED:
            assert after[table][: len(before[table])] == before[table], table
        assert len(after["Step"]) == len(before["Step"]) + 1
    assert len(seen[-1]["Paper"]) >= 2
    source = "\n".join(file.read_text(encoding="utf-8") for file in LIANXIN.rglob("*.py"))
    changed = re.findall(
        r"\b(?:Step|Paper|Entry)\.(?:_default_manager|objects)\b[^\n]*\.(?:update|delete|bulk_update)\(",
        source,
    )
    assert not changed, "what was issued is never changed; a correction is a new step"


def test_mass_05_nothing_sent_to_any_address_changes_what_was_issued(cast: Cast, browser: Browser) -> None:
    case = cast.served()
    before = issued_rows(case)
    fields = {
        "seq": "1", "step": "1", "paper": "1", "content": "改", "number": "X-D01", "kind": "opinion", "state": "registered",
        "facts": "改", "note": "改", "digest": "0" * 64, "id": "1", "_method": "PUT", "version": str(case.version),
        "key": "a-key-of-one-form-page",
    }  # fmt: skip
    tried = 0
    for name in ("ran", "fen", "han", "tou", "guan"):
        client = browser(name)
        for one in addresses():
            if "case_id" not in one.parts or one.name == "desk:sign_out":
                continue
            for method in ("post", "put", "patch", "delete"):
                status = getattr(client, method)(one.path(case_id=case.pk), fields).status_code
                assert status < 500, (one.name, method, status)
                tried += 1
    after = issued_rows(case)
    for table in FIXED:
        assert after[table][: len(before[table])] == before[table], table
    assert tried > 500


SHAPES: tuple[Any, ...] = (
    ["1", "2"],
    "１２",
    "-1",
    str(2**63),
    "1.0",
    "1e3",
    "0x1",
    " 1",
    "[1]",
    '{"a":1}',
    "true",
    "",
    "\x00",
)


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
@pytest.mark.parametrize("field", ["version", "key", "approver"])
def test_mass_07_odd_shapes_of_a_number_are_refused(
    cast: Cast, browser: Browser, field: str, shape: Any
) -> None:
    case = cast.registered()
    before = everything()
    sent = {"key": "a-key-of-one-form-page", "version": str(case.version), "approver": "5", field: shape}
    answer = browser("fen").post(f"/desk/case/{case.pk}/accept/", sent)
    assert answer.status_code in (302, 400, 409, 422)
    if answer.status_code == 302:
        assert field == "key" or str(shape).strip() in ("1", "1.0") or shape == ["1", "2"], (
            "only a number is one"
        )
    else:
        assert everything() == before


@pytest.mark.parametrize("written", ["１２", "-1", "1.0", "0x1", "%31%00", "1e3", "+1", "१"])
def test_mass_07_odd_numbers_in_addresses_lead_nowhere(cast: Cast, browser: Browser, written: str) -> None:
    client = browser("fen")
    for path in (
        "/desk/case/{}/",
        "/desk/case/{}/accept/",
        "/desk/case/1/papers/{}.pdf",
        "/desk/case/1/files/{}/",
    ):
        for method in (client.get, client.post):
            assert method(path.format(written)).status_code in (403, 404, 405)


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"key": {"$ne": 1}}', b"\xff", b"<a/>"])
@pytest.mark.parametrize(
    "kind", ["application/json", "application/xml", "multipart/form-data; boundary=x", "text/plain"]
)
def test_mass_07_other_bodies_are_no_forms(cast: Cast, browser: Browser, body: bytes, kind: str) -> None:
    case, client = cast.registered(), browser("fen")
    before = everything()
    assert client.post(f"/desk/case/{case.pk}/accept/", body, content_type=kind).status_code in (
        400,
        415,
        422,
    )
    assert client.post("/follow/", body, content_type=kind).status_code in (400, 415, 422)
    assert everything() == before
