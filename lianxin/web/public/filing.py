"""From the answers of the form to a petition, and to the lines of the page on which one checks them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import gettext as _

from lianxin.cases import selectors
from lianxin.cases.services import intake
from lianxin.cases.services.acts import Moment
from lianxin.cases.services.walls import named_in
from lianxin.cases.texts import one_line, plain_code
from lianxin.files.keeping import Kept
from lianxin.organs.models import Organ, Region
from lianxin.petitioners import drafts
from lianxin.petitioners.drafts import Opened
from lianxin.procedure.book import book_for
from lianxin.procedure.routing import leaf_on
from lianxin.web.public import journey
from lianxin.web.public.forms import Kind, Who, claims_in
from lianxin.web.public.journey import Answers
from lianxin.web.public.words import in_english

NOT_CLASSIFIED = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One answer as the check page lists it, with the way back to its question."""

    key: str
    value: str
    href: str
    action: str


class Gone(Exception):
    """An organ or place chosen earlier is no longer there; `question` names the page that asks for it."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question


def submit(draft: Opened, *, when: Moment) -> None:
    """File the answers as a petition and put the receipt into the draft, in one transaction.

    A second click finds the first receipt. Raises Gone, DraftGone where the draft was discarded meanwhile (then nothing is
    filed), and BadPetition as `intake.file` does.
    """
    petition = petition_of(draft.answers, when=when)

    def keep(filed: intake.Filed) -> None:
        drafts.finish(draft, {"number": filed.case.number, "code": filed.code}, at=when.at)

    try:
        intake.file(petition, case_id=draft.id, when=when, keep=keep)
    except IntegrityError:
        if not drafts.is_filed(draft.id) and not selectors.is_registered(draft.id):
            raise


def petition_of(answers: Answers, *, when: Moment) -> intake.Petition:
    """Return the petition of complete answers. At most two queries. Raises Gone."""
    organ = journey.chosen_organ(answers, when.on)
    if organ is None:
        raise Gone("organ")
    place = _place(answers, organ)
    if place is None:
        raise Gone("province")
    named = answers["who"] != "anonymous"
    helped = answers["who"] == "helper"
    subroute = answers.get("subroute", "")
    return intake.Petition(
        channel="online",
        kind=answers["kind"],
        place=place,
        organ=organ,
        body=answers["story"],
        ask=answers["claims"],
        claims=claims_in(answers["claims"]),
        category=answers["category"],
        subroute="" if subroute == NOT_CLASSIFIED else subroute,
        received_on=when.on,
        received_at=when.at,
        identity={key: answers.get(key, "") for key in ("name", "phone", "address")} if named else {},
        helper={key: answers.get(f"helper_{key}", "") for key in ("name", "phone")} if helped else {},
        files=kept_in(answers),
        avoid=named_in(answers.get("avoid", ""), organ, on=when.on),
    )


def kept_in(answers: Answers) -> list[Kept]:
    """Return the files handed in with a draft so far."""
    return [Kept(**one) for one in json.loads(answers.get("material") or "[]")]


def as_answer(kept: Sequence[Kept]) -> str:
    """Return the files of a draft as the answer that keeps them."""
    return json.dumps([one.as_plain() for one in kept], ensure_ascii=False)


def material_words(answers: Answers) -> str:
    """Return the names of the files of a draft, one a line, as the check page lists them."""
    return "\n".join(one.title for one in kept_in(answers)) or _("没有添加（可以不加，也可以以后再加）")


def _place(answers: Answers, organ: Organ) -> Region | None:
    number = journey.place_of(answers)
    if number == organ.region_id:
        return organ.region
    return Region.objects.filter(pk=number).first() if number else None


def rows(answers: Answers, on: date) -> list[Row]:
    """Return the answers in the order of the questions, each with its change link. Two queries."""
    place = Region.objects.filter(pk=journey.place_of(answers) or 0).first()
    organ = journey.chosen_organ(answers, on)
    leaf = leaf_on(book_for(on), answers["category"], on)
    unknown = answers["category"] == journey.OTHER
    listed = [
        (_("事情经过"), answers["story"], "story"),
        (_("希望怎样解决"), "\n".join(claims_in(answers["claims"])), "claims"),
        (_("照片、文件等材料"), material_words(answers), "material"),
        (_("属于哪一种"), _label(Kind, "kind", answers), "kind"),
        (_("事情发生地"), place.full_name if place else "", "province"),
        (
            _("和哪方面有关"),
            _("不知道，由工作人员确定") if unknown else leaf.label_en if in_english() else leaf.label,
            "topic",
        ),
        (_("办理机关"), organ.name if organ else "", "organ"),
        (_("是否留姓名"), _label(Who, "who", answers), "who"),
    ]
    if answers["who"] != "anonymous":
        listed += [
            (label, _shown(key, answers) or _("没有填写"), "contact")
            for key, label in _contact_labels(answers["who"])
        ]
    avoided = "\n".join(claims_in(answers.get("avoid", ""))) or _("没有填写（可以不填）")
    listed.append((_("不应当知道这件事的单位或者人"), avoided, "avoid"))
    return [
        Row(key, value, reverse("public:question", args=[name]), _("更改")) for key, value, name in listed
    ]


def _label(form: type[Kind] | type[Who], key: str, answers: Answers) -> str:
    choices = dict(form.base_fields[key].choices)  # type: ignore[attr-defined]
    return str(choices.get(answers[key], ""))


def _shown(key: str, answers: Answers) -> str:
    """Return a contact field as it will be stored."""
    value = answers.get(key, "")
    return plain_code(value) if key.endswith("phone") else one_line(value)


def _contact_labels(who: str) -> list[tuple[str, str]]:
    own = [("name", _("姓名")), ("phone", _("电话")), ("address", _("住址"))]
    if who != "helper":
        return own
    return [*own, ("helper_name", _("代填人姓名")), ("helper_phone", _("代填人电话"))]
