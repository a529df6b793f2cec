"""Why an organ is proposed, in sentences for the petitioner; the clerk's sentences are those of `procedure.routing`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext as _

from lianxin.organs.models import OrganLevel
from lianxin.procedure.book import book_for
from lianxin.procedure.routing import Proposal, leaf_on
from lianxin.web.public.journey import OTHER, Answers
from lianxin.web.public.words import in_english


@dataclass(frozen=True, slots=True)
class Why:
    """The organ proposed ("" where the matter belongs to others), and the reasons."""

    organ: str
    external: str
    reasons: tuple[str, ...]


def why_here(form: forms.Form, answers: Answers, on: date) -> Why:
    """Return the reasons for the proposal that the organ form was made with."""
    proposal: Proposal = form.proposal  # type: ignore[attr-defined]
    leaf = leaf_on(book_for(on), answers["category"], on)
    reasons = []
    if answers["category"] != OTHER:
        name = leaf.label_en if in_english() else leaf.label
        reasons.append(_("您选的事项是“%(matter)s”。") % {"matter": name})
    if proposal.external:
        reasons.append(_("按照分工，这类事项由%(organ)s处理。") % {"organ": proposal.external})
        return Why("", proposal.external, tuple(reasons))
    if proposal.organ is None:
        return Why("", "", tuple(reasons))
    reasons.append(_level(answers["category"], proposal))
    if proposal.organ.level == proposal.level:
        reasons.append(
            _("事情发生在%(place)s，所以建议%(organ)s。")
            % {"place": proposal.organ.region_name, "organ": proposal.organ.name}
        )
    else:
        reasons.append(
            _("当地没有这一级民政部门，所以建议上一级的%(organ)s。") % {"organ": proposal.organ.name}
        )
    return Why(proposal.organ.name, "", tuple(reasons))


def _level(category: str, proposal: Proposal) -> str:
    level = dict(OrganLevel.choices).get(proposal.level, proposal.level)
    if category == OTHER:
        return _("还不清楚属于哪一类的，先由%(level)s民政部门登记、甄别。") % {"level": level}
    return _("这类事项一般由%(level)s民政部门处理。") % {"level": level}
