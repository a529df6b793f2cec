"""The only place that draws a desk page: the officer's name, organs and roles for the head, then the page's own values."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lianxin.cases.openings import may_ask_any, may_decide_any
from lianxin.cases.policies import CASE_ROLES, may_dispose, may_register
from lianxin.cases.reading import may_audit
from lianxin.cases.renewals import may_see_any
from lianxin.ledger import behind
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, Role
from lianxin.organs.policies import may_manage
from lianxin.web.desk.signed_in import DeskRequest


@dataclass(frozen=True, slots=True)
class Post:
    """What the head of the page says of the officer's work: organ and roles."""

    organ: Organ
    role_label: str


def page(
    request: DeskRequest, template: str, values: Mapping[str, object], *, nav: str = "", status: int = 200
) -> HttpResponse:
    """Return a desk page with its head; `nav` names the main part it belongs to."""
    actor = request.actor
    if request.method == "GET":
        behind.look_if_due(request.when.at)
    head = {
        "staff": actor.staff,
        "post": Post(actor.organ, role_labels(actor)),
        "organs": [one.organ for one in request.organs],
        "nav": nav,
        "works_on_cases": actor.has(*CASE_ROLES, "supervisor"),
        "registers": may_register(actor),
        "manages": may_manage(actor),
        "renews": may_see_any(actor),
        "opens": may_ask_any(actor) or may_decide_any(actor),
        "disposes": may_dispose(actor),
        "audits": may_audit(actor),
        "log_behind": behind.is_behind(request.when.at),
    }
    return render(request, f"desk/{template}", {**head, **values}, status=status)


def role_labels(actor: Actor) -> str:
    """Return the roles an officer holds in this organ, in the order of the rulebook."""
    return _("、").join(str(role.label) for role in Role if role.value in actor.roles)


def fresh_key() -> str:
    """Return a new idempotency key for a form that is drawn for the first time."""
    return secrets.token_urlsafe(16)
