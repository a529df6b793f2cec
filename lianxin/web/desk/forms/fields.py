"""Fields several desk forms share: a place typed or picked, a category as a list by groups, the key of an act."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianxin.cases.models import Kind
from lianxin.cases.numbers import read_number
from lianxin.organs.models import Organ, Region, Staff
from lianxin.organs.selectors import in_force
from lianxin.procedure.book import Rulebook
from lianxin.web.desk import words
from lianxin.web.widgets import DateParts

NEAR = 200
Choices = list[tuple[str, str | list[tuple[str, str]]]]


class DayField(forms.DateField):
    """A day in three boxes; a day after `latest` is refused with `too_late`."""

    widget = DateParts

    def __init__(self, *, latest: date | None = None, too_late: str = "", **kwargs: object) -> None:
        kwargs.setdefault(
            "error_messages",
            {
                "required": _("请填写年、月、日"),
                "invalid": _("请用数字填写真实的日期，例如 2026 年 5 月 8 日"),
            },
        )
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)  # type: ignore[arg-type]
        self.latest, self.too_late = latest, too_late

    def clean(self, value: object) -> date | None:
        """Return the day. Raises ValidationError for what is no day, or one too late."""
        day: date | None = super().clean(value)
        if day is not None and self.latest is not None and day > self.latest:
            raise forms.ValidationError(self.too_late)
        return day


class ItemNumberField(forms.CharField):
    """An item number as somebody types or pastes it; its value is the stored form."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("label", _("信访编号"))
        kwargs.setdefault("max_length", 80)
        kwargs.setdefault(
            "error_messages", {"required": _("请填写编号"), "max_length": _("编号是 22 位，请核对")}
        )
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        super().__init__(**kwargs)  # type: ignore[arg-type]

    def clean(self, value: object) -> str:
        """Return the number. Raises ValidationError for what is none."""
        number = read_number(str(super().clean(value)))
        if number is None:
            raise forms.ValidationError(
                _("编号不对：应当是 22 位字母和数字，最后一位是校验位。请对照回执逐位核对。")
            )
        return number


class PlaceField(forms.CharField):
    """A place as its code, its name or its full name; the list of near ones is only a help for typing."""

    def __init__(self, *, organ: Organ, on: date, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("error_messages", {"required": _("请填写问题发生在哪里")})
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.organ, self.on = organ, on

    def clean(self, value: object) -> Region | None:
        """Return the place in force. Raises ValidationError when none or several fit."""
        typed = "".join(unicodedata.normalize("NFKC", str(super().clean(value))).split())
        if not typed:
            return None
        found = places(typed, on=self.on)
        inside = [place for place in found if place.path.startswith(self.organ.region.path)]
        if len(inside) == 1 or len(found) == 1:
            return (inside if len(inside) == 1 else found)[0]
        if not found:
            raise forms.ValidationError(
                gettext(
                    "没有找到“%(name)s”。请写省、市、县的全称，例如“四川省绵阳市安州区”，或者写 6 位区划代码。"
                )
                % {"name": typed}
            )
        names = gettext("、").join(place.full_name for place in (inside or found)[:6])
        raise forms.ValidationError(
            gettext("有多个地方叫“%(name)s”，请写全称：%(names)s。") % {"name": typed, "names": names}
        )


def places(typed: str, *, on: date) -> list[Region]:
    """Return the places in force with this code, full name or name; a full name comes before a name."""
    if typed.isascii() and typed.isdigit():
        return list(Region.objects.filter(in_force(on), code=typed.ljust(12, "0")).order_by("code")[:7])
    fitting = (
        Region.objects.filter(in_force(on)).filter(Q(full_name=typed) | Q(name=typed)).order_by("code")[:50]
    )
    found = list(fitting)
    return [place for place in found if place.full_name == typed] or found


def near_places(organ: Organ, *, on: date) -> list[str]:
    """Return the full names of the places under an organ, its own first, for the list beside the field."""
    found = Region.objects.filter(in_force(on), path__startswith=organ.region.path).order_by("path")
    return list(found.values_list("full_name", flat=True)[:NEAR])


def category_choices(book: Rulebook, on: date) -> Choices:
    """Return the leaves of the category tree in force on a day, by their groups."""
    groups: dict[str, list[tuple[str, str]]] = {code: [] for code in book.categories.groups}
    for code, entries in book.categories.leaves.items():
        leaf = next((one for one in entries if one.in_force(on)), None)
        if leaf is not None:
            groups.setdefault(code[:2], []).append(
                (code, f"{code} {leaf.label_en if words.english() else leaf.label}")
            )
    titles = {
        code: names[1] if words.english() else names[0] for code, names in book.categories.groups.items()
    }
    listed: Choices = [
        (f"{code} {titles.get(code, '')}", leaves) for code, leaves in groups.items() if leaves
    ]
    return [("", gettext("请选择")), *listed]


def named(people: Iterable[Staff]) -> list[tuple[str, str]]:
    """Return the choices of a list of officers; nobody is chosen beforehand."""
    return [("", gettext("请选择")), *[(str(one.pk), one.name) for one in people]]


class ConsentField(forms.TypedChoiceField):
    """The second person who has agreed to an act, as the officer states it. Whoever is alone in the list is not chosen
    beforehand: the officer has to ask that person first.

    With `judged_later` a sent number is taken as it is, for a service that judges it anyway; the list is then asked for only
    when the field is drawn.
    """

    def __init__(
        self,
        label: object,
        people: Iterable[Staff] | Callable[[], Iterable[Staff]] = (),
        *,
        choices: Iterable[tuple[str, str]] | None = None,
        judged_later: bool = False,
    ) -> None:
        """Take who may agree, or ready `choices` where more than the name is to be shown."""
        listed = choices if choices is not None else (lambda: named(people() if callable(people) else people))
        super().__init__(
            label=label,  # type: ignore[arg-type]
            help_text=_("请先请其审阅、同意，再在这里选择；同意会记在他的名下。"),
            coerce=int,
            choices=listed,
            error_messages={"required": _("请选择同意的人"), "invalid_choice": _("请在名单里选择")},
        )
        self.judged_later = judged_later

    def valid_value(self, value: object) -> bool:
        """Tell whether somebody on the list was chosen, or with `judged_later` any number of a person."""
        text = str(value)
        if self.judged_later:
            return text.isascii() and text.isdigit() and 0 < int(text) < 2**63
        return super().valid_value(text)


def needs_route(kind: object) -> bool:
    """Tell whether a statutory route (第三十一条) is chosen for this kind: only claims have one."""
    return kind not in (Kind.REPORT.value, Kind.SUGGESTION.value)


def route_choices(book: Rulebook) -> list[tuple[str, str]]:
    """Return the routes of a claim (第三十一条), the petition procedure first."""
    routes = [route for route in book.routes.values() if route.category == "claim"]
    routes.sort(key=lambda route: (route.subroute != "31.6", route.subroute))
    return [
        (route.subroute, f"{words.route_label(book, route.subroute)}（{route.article}）") for route in routes
    ]


def grouped_select() -> forms.Select:
    """Return the widget for a select with groups."""
    return forms.Select(attrs={"class": "govuk-select"})
