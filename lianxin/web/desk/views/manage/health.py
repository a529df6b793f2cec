"""What is set up wrongly in the administrator's part of the tree, in the rules and in the installation. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianxin.insight import health as ailments
from lianxin.insight.health import Ailment
from lianxin.organs.models import Role
from lianxin.organs.policies import may_manage
from lianxin.web.desk.page import page
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only

PEOPLE, ORGANS, IMPORT = "desk:manage_people", "desk:manage", "desk:manage_import"
MENDED_AT = {
    **dict.fromkeys(("empty", "window", "handler", "head", "report_desk", "duty", "auditor"), PEOPLE),
    **dict.fromkeys(("organ_admin", "ended_posts"), PEOPLE),
    "stuck": ORGANS,
    "uncovered": IMPORT,
}
"""Where an organ's administrator mends it."""
TONES = {ailments.NOW: "red", ailments.SOON: "amber", ailments.KNOW: "grey"}


@require_safe
@officers_only
@roles_only(Role.ORGAN_ADMIN, Role.SYSADMIN)
def health(request: DeskRequest) -> HttpResponse:
    """Show what is wrong, the most pressing first. What concerns the servers is for those who run them."""
    actor, when = request.actor, request.when
    of_organs = ailments.of_organs(actor.organ, on=when.on, actor=actor)
    runs = actor.has(Role.SYSADMIN)
    groups = [
        (_("机构和人员"), of_organs),
        (_("规则和日历"), list(ailments.of_law(on=when.on))),
        *([(_("系统"), list(ailments.of_system(at=when.at)))] if runs else []),
    ]
    values = {
        "groups": [
            {"title": title, "rows": [_row(one, links=may_manage(actor)) for one in sorted_(found)]}
            for title, found in groups
        ],
        "pressing": sum(one.weight == ailments.NOW for _title, found in groups for one in found),
        "runs": runs,
        "manages": may_manage(actor),
    }
    return page(request, "manage/health.html", values, nav="manage" if may_manage(actor) else "health")


def sorted_(found: Iterable[Ailment]) -> list[Ailment]:
    """Return the most pressing first."""
    return sorted(found, key=lambda one: ailments.ORDER.index(one.weight))


def _row(one: Ailment, *, links: bool) -> dict[str, object]:
    labels = {
        ailments.NOW: _("现在就影响群众"),
        ailments.SOON: _("很快会影响群众"),
        ailments.KNOW: _("应当知道"),
    }
    return {
        "weight": labels[one.weight],
        "tone": TONES[one.weight],
        "what": one.what,
        "follows": one.follows,
        "remedy": one.remedy,
        "where": one.where,
        "more": one.more,
        "href": reverse(MENDED_AT[one.code]) if links and one.code in MENDED_AT else "",
    }
