"""The only place for the petitioner's one line on a transfer: from whom, to whom, on which day, and whether it was taken."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianxin.cases.models import Step
from lianxin.web.public.words import day_words

SENDING = frozenset({"refer_down", "decide_organ"})
SINCE = {
    "take": gettext_lazy("%(receiver)s已于 %(on)s 接收"),
    "object": gettext_lazy("%(receiver)s于 %(on)s 提出异议，正在核定，仍由%(sender)s负责"),
    "reject_objection": gettext_lazy("异议没有成立，等%(receiver)s接收，仍由%(sender)s负责"),
    "agree_objection": gettext_lazy("%(on)s 由%(sender)s收回，重新确定由谁办理"),
    "escalate_dispute": gettext_lazy("%(on)s 已报请上级指定，仍由%(sender)s负责"),
}
"""What the last step since a transfer says of it."""


def moved(step: Step, steps: Sequence[Step]) -> str:
    """Return the line of a transfer as it stands now: "由甲转至乙（日期），乙已于…接收"; "" for a step that is none."""
    if step.event not in SENDING or not step.facts.get("target_name"):
        return ""
    last = None
    for later in (one for one in steps if one.seq > step.seq):
        if later.event in SENDING:
            break
        last = later if later.event in SINCE else last
        if later.event == "take":
            break
    words = {
        "sender": _holder(step, steps),
        "receiver": str(step.facts["target_name"]),
        "day": day_words(step.on),
        "on": day_words(last.on) if last else "",
    }
    waiting = _("%(receiver)s还没有接收，仍由%(sender)s负责")
    now = (str(SINCE[last.event]) if last else waiting) % words
    if step.event == "decide_organ" and step.organ is not None:
        first = _("%(organ)s指定，由%(sender)s转至%(receiver)s（%(day)s）") % {
            **words,
            "organ": step.organ.name,
        }
    else:
        first = _("由%(sender)s转至%(receiver)s（%(day)s）") % words
    return _("%(first)s，%(now)s。") % {"first": first, "now": now}


def _holder(step: Step, steps: Sequence[Step]) -> str:
    """Return the organ that answered for the case at a step: who sent it last, also where another one designates."""
    for one in reversed([one for one in steps if one.seq <= step.seq]):
        if one.event in ("refer_down", "escalate_dispute", "agree_objection") and one.organ is not None:
            return one.organ.name
    return step.organ.name if step.organ else ""
