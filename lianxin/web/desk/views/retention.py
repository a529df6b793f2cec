"""The end of keeping at the desk: what is due, holds, proposals of the first reviewer, the consent of the second, tombstones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianxin.cases import disposal
from lianxin.cases.disposal import Due, Keeping, Standing, Tombstone
from lianxin.cases.history import Loaded, load
from lianxin.cases.policies import NotYours
from lianxin.cases.services import disposing
from lianxin.ledger.models import Event
from lianxin.organs.models import Organ, Staff
from lianxin.procedure.errors import Refused, Stale
from lianxin.procedure.retention import RetentionClass, load_classes
from lianxin.web.desk import words
from lianxin.web.desk.forms.retention import DEEDS, RetentionForm
from lianxin.web.desk.page import fresh_key, page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only

ROLES = ("head", "supervisor", "report_desk")
HIGHEST = 2**63 - 1
"""No id of a case is higher."""


@require_safe
@officers_only
@roles_only(*ROLES)
def retention(request: DeskRequest) -> HttpResponse:
    """Show the cases of the organ whose keeping is over, and the tombstones of those erased. Numbers and days, no content."""
    typed = request.GET.get("after", "")
    after = min(int(typed), HIGHEST) if typed.isascii() and typed.isdigit() and len(typed) < 20 else 0
    found, last = disposal.due_for(request.actor, on=request.when.on, after=after)
    values = {
        "rows": [_row(one) for one in found],
        "tombstones": _stones(disposal.tombstones_for(request.actor)),
        "later_href": f"?after={last}" if last else "",
        "start_href": reverse("desk:retention") if after else "",
    }
    return page(request, "retention/list.html", values, nav="retention")


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(*ROLES)
@recently_proved_to_change
def retention_case(request: DeskRequest, case_id: int) -> HttpResponse:
    """Show where the end of one case stands; a POST holds, lifts, proposes, agrees or drops, each proved anew."""
    case = disposal.case_to_dispose(request.actor, case_id)
    if case is None:
        raise Http404
    loaded = load(case)
    if request.method != "POST":
        return _page(request, loaded)
    form = RetentionForm(request.POST, do=request.POST.get("do", "")[:10], of=request.POST.get("of", "")[:40])
    if not form.is_valid():
        return _page(request, loaded, form, status=422)
    try:
        _carry_out(request, loaded, form)
    except (Refused, Stale) as problem:
        form.add_error(None, problem.for_person() if isinstance(problem, Refused) else str(problem))
        again = disposal.case_to_dispose(request.actor, case_id)
        return _page(request, load(again or case), form, status=409)
    return redirect("desk:retention_case", case_id=case_id)


def _carry_out(request: DeskRequest, loaded: Loaded, form: RetentionForm) -> None:
    """Do what the valid form asks. Raises NotYours, GuardFailed, Stale."""
    data, actor, when = form.cleaned_data, request.actor, request.when
    given = {"actor": actor, "key": data["key"], "when": when}
    if (
        data["version"] != loaded.case.version
        and data["key"] not in disposal.standing_of(loaded.case.pk).keys
    ):
        raise Stale(_("同事刚刚改动了这一件的保管期限，您的操作没有保存。请看最新情况后再决定。"))
    match data["do"]:
        case "hold":
            disposing.hold(loaded, reason=data["reason"], **given)
        case "lift":
            disposing.lift(loaded, of=data["of"], reason=data["reason"], **given)
        case "propose":
            disposing.propose(loaded, reason=data["reason"], **given)
        case "agree":
            disposing.agree(loaded, **given)
        case _:
            disposing.drop(loaded, reason=data["reason"], **given)


def _page(
    request: DeskRequest, loaded: Loaded, bound: RetentionForm | None = None, *, status: int = 200
) -> HttpResponse:
    case, standing = loaded.case, disposal.standing_of(loaded.case.pk)
    keeping = disposal.keeping_of(loaded)
    over = keeping is not None and keeping.over(request.when.on)
    forms = {do: RetentionForm(do=do) for do in DEEDS if do != "lift"}
    if bound is not None and (sent := str(bound.data.get("do", ""))) in forms:
        forms[sent] = bound
    values = {
        "case": case,
        "facts": _facts(loaded, keeping),
        "holds": [
            {
                "mark": disposal.mark_of(one),
                "line": _line(one),
                "reason": one.facts.get("reason", ""),
                "form": _lift_form(one, bound) if disposing.may_lift(request.actor, one) else None,
            }
            for one in standing.holds
        ],
        "proposal": _line(standing.proposal) if standing.proposal else "",
        "why": standing.proposal.facts.get("reason", "") if standing.proposal else "",
        "consent": _line(standing.consent) if standing.consent else "",
        "may_propose": over and not standing.holds and standing.proposal is None,
        "may_agree": over and not standing.holds and _may_agree(loaded, standing, request.actor.staff),
        "erased": _stones([Tombstone(case, standing.erased)])[0] if standing.erased else None,
        "forms": forms,
        "bound": bound,
        "key": str(bound.data.get("key", "")) if bound is not None and status == 422 else fresh_key(),
        "version": str(case.version),
    }
    return page(request, "retention/case.html", values, nav="retention", status=status)


def _lift_form(hold: Event, bound: RetentionForm | None) -> RetentionForm:
    """Return the form that ends one hold, with what was typed into it."""
    mark = disposal.mark_of(hold)
    if bound is not None and (bound.data.get("do"), bound.data.get("of")) == ("lift", mark):
        return bound
    return RetentionForm(do="lift", of=mark)


def _may_agree(loaded: Loaded, standing: Standing, staff: Staff) -> bool:
    if standing.proposal is None or standing.consent is not None:
        return False
    try:
        disposing.check_second(loaded.case, standing.proposal, staff)
    except NotYours:
        return False
    return True


def _facts(loaded: Loaded, keeping: Keeping | None) -> list[dict[str, object]]:
    """Return class, last act and last day of keeping; nothing of the content."""
    case = loaded.case
    rows = [(_("收到日期"), case.received_on.isoformat())]
    if keeping is not None:
        rows += [
            (_("状态"), words.state_label(loaded.book, case.state)),
            (_("保管类别"), class_label(keeping.rule)),
            (_("依据"), keeping.rule.article),
            (_("最后一步的日期"), keeping.last_act.isoformat()),
            (_("保管到"), keeping.until.isoformat() if keeping.until else _("永久")),
        ]
    return [{"key": key, "value": value} for key, value in rows]


def class_label(rule: RetentionClass) -> str:
    """Return the name of a class with its term."""
    name = rule.label_en if words.english() else rule.label
    return (
        _("%(name)s，永久") % {"name": name}
        if rule.years is None
        else _("%(name)s，%(n)d 年") % {"name": name, "n": rule.years}
    )


def _row(one: Due) -> dict[str, object]:
    standing = one.standing
    mark = {"text": _("到期"), "tone": "grey"}
    if standing.holds:
        mark = {"text": _("暂缓销毁"), "tone": "amber"}
    elif standing.consent is not None:
        mark = {"text": _("两位审核人已同意"), "tone": "red"}
    elif standing.proposal is not None:
        mark = {"text": _("等第二位审核"), "tone": "blue"}
    return {
        "number": one.case.number,
        "href": reverse("desk:retention_case", args=[one.case.pk]),
        "label": class_label(one.keeping.rule),
        "until": one.keeping.until,
        "mark": mark,
    }


def _stones(found: Sequence[Tombstone]) -> list[dict[str, object]]:
    """Return tombstones as they are shown. One query for the reviewers."""
    people = Staff.objects.in_bulk({pk for one in found for pk in _reviewers(one.event)})
    return [_stone(one.case.number, one.event, people) for one in found]


def _reviewers(event: Event) -> list[int]:
    facts = event.facts
    return [int(pk) for pk in (facts.get("proposed_by"), facts.get("agreed_by")) if pk]


def _stone(number: str, event: Event, people: Mapping[int, Staff]) -> dict[str, object]:
    """Return a tombstone: number, day, class, who, why."""
    facts = event.facts
    rule = next((one for one in load_classes() if one.id == facts.get("class")), None)
    return {
        "number": number,
        "on": facts.get("on", ""),
        "label": (rule.label_en if words.english() else rule.label) if rule else "",
        "by": _("、").join(people[pk].name for pk in _reviewers(event) if pk in people),
        "reason": facts.get("reason", ""),
    }


def _line(event: Event) -> str:
    """Return who did it for which organ, and when."""
    organ = Organ.objects.filter(pk=event.organ_id).values_list("name", flat=True).first() or ""
    staff = Staff.objects.filter(pk=event.staff_id or 0).values_list("name", flat=True).first() or ""
    return _("%(organ)s %(staff)s，%(on)s") % {
        "organ": organ,
        "staff": staff,
        "on": localtime(event.at).date().isoformat(),
    }
