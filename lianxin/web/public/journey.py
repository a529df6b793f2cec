"""The only place for the order of the questions: what each asks, what it makes out of date, what is still missing.

Answers are a flat mapping of text, kept sealed in the draft. A page one has seen leaves its keys there, even blank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.services import routing
from lianxin.organs.models import Organ, Region
from lianxin.organs.selectors import children, in_force, ladder
from lianxin.procedure.book import book_for
from lianxin.procedure.routing import Proposal
from lianxin.web.material import MaterialForm
from lianxin.web.public.forms import Avoid, Claims, Contact, Kind, Story, Text, Who, choice
from lianxin.web.public.words import in_english
from lianxin.web.widgets import Hinted

Answers = Mapping[str, str]
WHOLE = "all"
UNKNOWN = "unknown"
OTHER = "1599"
ORGAN = ("organ", "proposed", "subroute")
CONTACT = ("name", "phone", "address", "helper_name", "helper_phone")


@dataclass(frozen=True, slots=True)
class Question:
    """One page of the form: its answers, its form, and which later answers no longer hold when it changes."""

    name: str
    part: str
    keys: tuple[str, ...]
    form: Callable[[Answers, date], Callable[..., forms.Form]]
    drops: tuple[str, ...] = ()
    skipped: Callable[[Answers], bool] = lambda answers: False
    optional: bool = False


PARTS: dict[str, Promise] = {
    "matter": _("事情"),
    "place": _("地点"),
    "organ": _("哪里办"),
    "person": _("联系"),
    "check": _("核对"),
}


def place_of(answers: Answers) -> int | None:
    """Return the id of the narrowest place chosen, or None when it cannot be one."""
    for key in ("county", "city", "province"):
        value = answers.get(key, "")
        if value:
            return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
    return None


def region(answers: Answers, key: str) -> Region | None:
    """Return the place chosen on one page, or None."""
    chosen = place_of({key: answers.get(key, "")})
    return Region.objects.filter(pk=chosen).first() if chosen else None


# --- forms that depend on earlier answers ---------------------------------------------------------------------


def _always(form: type[forms.Form]) -> Callable[[Answers, date], Callable[..., forms.Form]]:
    return lambda answers, on: form


def _select(
    key: str, label: Text, missing: Text, places: QuerySet[Region], *, whole: Text = ""
) -> type[forms.Form]:
    rows = [(str(place.pk), place.name) for place in places.only("id", "name")]
    options = [("", _("请选择")), *rows, *([(WHOLE, whole)] if whole else [])]
    field = forms.ChoiceField(
        label=label,
        choices=options,
        error_messages={"required": missing, "invalid_choice": _("请从列表中选择一个地方。")},
    )
    return type("Place", (forms.Form,), {key: field})


def _province(answers: Answers, on: date) -> type[forms.Form]:
    return _select(
        "province", _("事情发生在哪个省"), _("请选择省、自治区或者直辖市。"), children(None, on=on)
    )


def _city(answers: Answers, on: date) -> type[forms.Form]:
    places = children(region(answers, "province"), on=on)
    return _select(
        "city",
        _("事情发生在哪个市"),
        _("请选择市；不清楚可以选最后一项。"),
        places,
        whole=_("不清楚，或者涉及全省"),
    )


def _county(answers: Answers, on: date) -> type[forms.Form]:
    places = children(region(answers, "city"), on=on)
    return _select(
        "county",
        _("事情发生在哪个县（市、区）"),
        _("请选择县、市或者区；不清楚可以选最后一项。"),
        places,
        whole=_("不清楚，或者涉及全市"),
    )


def groups(on: date) -> list[tuple[str, str]]:
    """Return the groups of matters with their names."""
    found = book_for(on).categories.groups
    return [(code, found[code][in_english()]) for code in sorted(found)]


def leaves(group: str, on: date) -> list[tuple[str, str]]:
    """Return the matters of a group in force on a day, with their names; without the leaf for the rest."""
    found = book_for(on).categories.leaves
    return [
        (code, leaf.label_en if in_english() else leaf.label)
        for code in sorted(found)
        if code.startswith(group) and code != OTHER
        for leaf in found[code]
        if leaf.in_force(on)
    ]


def _topic(answers: Answers, on: date) -> type[forms.Form]:
    options: list[tuple[str, Text]] = [*groups(on), (UNKNOWN, _("不知道，或者都不是"))]
    field = choice(
        _("这件事和哪方面有关"),
        _("请选择一项；不知道可以选最后一项。"),
        options,
        hint=_("选最接近的一项就可以，选错不影响受理，工作人员会核对。"),
    )
    return type("Topic", (forms.Form,), {"topic": field})


def _category(answers: Answers, on: date) -> type[forms.Form]:
    options: list[tuple[str, Text]] = [*leaves(answers["topic"], on), (OTHER, _("不知道，或者都不是"))]
    field = choice(_("具体是哪件事"), _("请选择一项；不知道可以选最后一项。"), options)
    return type("Category", (forms.Form,), {"category": field})


def proposal(answers: Answers, on: date) -> tuple[Proposal, list[Organ]]:
    """Return the organ the rules propose, and all organs that cover the place, lowest level first. Two queries."""
    place = Region.objects.get(pk=place_of(answers) or 0)
    proposed = routing.propose(
        rulebook=book_for(on).id, category=answers["category"], kind=answers["kind"], place=place, on=on
    )
    return proposed, ladder(place, on=on)


def _organ(answers: Answers, on: date) -> type[forms.Form]:
    proposed, organs = proposal(answers, on)
    best = proposed.organ.code if proposed.organ else ""
    first = [organ for organ in organs if organ.code == best]
    options = [
        (
            str(organ.pk),
            Hinted(organ.name, _suggested(organ) if organ.code == best else organ.get_level_display()),
        )
        for organ in [*first, *(organ for organ in organs if organ.code != best)]
    ]
    field = choice(_("请哪个机关办理"), _("请选择一个机关。"), options)
    field.initial = str(first[0].pk) if first else None
    return type("ToOrgan", (forms.Form,), {"organ": field, "proposal": proposed})


def _suggested(organ: Organ) -> str:
    return gettext("建议（%(level)s）") % {"level": organ.get_level_display()}


def _contact(answers: Answers, on: date) -> Callable[..., forms.Form]:
    helper = answers.get("who") == "helper"

    def make(*args: object, **kwargs: object) -> forms.Form:
        return Contact(*args, helper=helper, **kwargs)

    return make


QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (
        Question("story", "matter", ("story",), _always(Story)),
        Question("claims", "matter", ("claims",), _always(Claims)),
        Question(
            "material",
            "matter",
            ("material",),
            _always(MaterialForm),
            skipped=lambda answers: "material" not in answers,
            optional=True,
        ),
        Question("kind", "matter", ("kind",), _always(Kind), drops=ORGAN),
        Question("province", "place", ("province",), _province, drops=("city", "county", *ORGAN)),
        Question(
            "city",
            "place",
            ("city",),
            _city,
            drops=("county", *ORGAN),
            skipped=lambda answers: answers.get("city") == "",
        ),
        Question(
            "county",
            "place",
            ("county",),
            _county,
            drops=ORGAN,
            skipped=lambda answers: answers.get("county") == "",
        ),
        Question("topic", "organ", ("topic",), _topic, drops=("category", *ORGAN)),
        Question(
            "category",
            "organ",
            ("category",),
            _category,
            drops=ORGAN,
            skipped=lambda answers: answers.get("topic") == UNKNOWN,
        ),
        Question("organ", "organ", ("organ",), _organ),
        Question("who", "person", ("who",), _always(Who)),
        Question(
            "contact",
            "person",
            CONTACT[:3],
            _contact,
            skipped=lambda answers: answers.get("who") == "anonymous",
        ),
        Question(
            "avoid",
            "person",
            ("avoid",),
            _always(Avoid),
            skipped=lambda answers: "avoid" not in answers,
            optional=True,
        ),
    )
}
ORDER = tuple(QUESTIONS.values())


def missing(answers: Answers, *, before: Question | None = None) -> Question | None:
    """Return the first question still to be answered (before another one), or None."""
    for question in ORDER:
        if question is before:
            return None
        if not (question.optional or question.skipped(answers)) and any(
            key not in answers for key in question.keys
        ):
            return question
    return None


def earlier(question: Question | None, answers: Answers) -> Question | None:
    """Return the question shown before this one (before the last page for None), or None for the first."""
    place = ORDER.index(question) if question else len(ORDER)
    return next((one for one in reversed(ORDER[:place]) if not one.skipped(answers)), None)


def answered(question: Question, answers: Answers, given: Mapping[str, object], on: date) -> dict[str, str]:
    """Return all answers after one page, without those that no longer hold."""
    after: dict[str, str] = dict(answers)
    values = {key: "" if value == WHOLE else str(value) for key, value in given.items()}
    if any(after.get(key) != value for key, value in values.items()):
        for key in question.drops:
            after.pop(key, None)
    after.update(values)
    _settle(question, after, on)
    return after


def _settle(question: Question, after: MutableMapping[str, str], on: date) -> None:
    """Answer by themselves the questions that have only one answer, and drop what was withdrawn."""
    if question.name in ("province", "city"):
        below = {"province": "city", "city": "county"}[question.name]
        chosen = region(after, question.name)
        if chosen is None or not children(chosen, on=on).exists():
            after["county"] = ""
            after[below] = ""
    if question.name == "topic" and after["topic"] == UNKNOWN:
        after["category"] = OTHER
    if question.name == "organ":
        proposed, _organs = proposal(after, on)
        after["proposed"] = proposed.organ.code if proposed.organ else ""
        after["subroute"] = proposed.route.subroute
    if question.name == "who" and after["who"] == "anonymous":
        for key in CONTACT:
            after.pop(key, None)


def chosen_organ(answers: Answers, on: date) -> Organ | None:
    """Return the organ chosen, with its place, if it is still there."""
    number = place_of({"county": answers.get("organ", "")})
    return Organ.objects.select_related("region").filter(in_force(on), pk=number).first() if number else None
