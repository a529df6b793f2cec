"""The only place for what the public is told of a state and of a step: plain sentences, no officer, no internal remark.

`situation` gives the banner: who must do what and by when. `told` gives the title of a step in the timeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianxin.cases.models import Step
from lianxin.procedure.rules import Rulebook
from lianxin.web.public.words import in_english, listed

Text = str | Promise
LATER: Text = gettext_lazy("不用您再跑一趟；有新的进展，这里会马上显示。")
REASONS: Text = gettext_lazy("理由和下一步怎么办，写在告知书里；不清楚的可以打电话或者到窗口问。")

STATES: dict[str, tuple[str, Text, Text]] = {
    "received": (
        "neutral",
        gettext_lazy("%(holder)s已经收到您的事项，正在登记。"),
        gettext_lazy("登记以后，会书面告诉您是否受理、由谁办理。"),
    ),
    "registered": (
        "neutral",
        gettext_lazy("%(holder)s已经登记，正在核对这件事该由谁办理。"),
        gettext_lazy("核对以后，会书面告诉您是否受理、由谁办理。"),
    ),
    "referred": (
        "neutral",
        gettext_lazy("您的事项已经转送%(offered)s，正在等它接收。"),
        gettext_lazy("在它接收以前，仍由%(holder)s对您负责。"),
    ),
    "objected": (
        "neutral",
        gettext_lazy("%(offered)s认为这件事不归它办，%(holder)s正在核定该由谁办。"),
        gettext_lazy("您不用重新提出；在定下来以前，由%(holder)s对您负责。"),
    ),
    "disputed": (
        "neutral",
        gettext_lazy("几个机关对该由谁办有不同意见，上级机关正在协调。"),
        gettext_lazy("您不用重新提出；在定下来以前，由%(holder)s对您负责。"),
    ),
    "accepted": ("neutral", gettext_lazy("%(holder)s已经受理，正在安排承办人。"), LATER),
    "handling": (
        "neutral",
        gettext_lazy("%(holder)s正在办理。"),
        gettext_lazy("承办人会听取您的说法；您可以要求当面说明。"),
    ),
    "signoff": ("neutral", gettext_lazy("%(holder)s已经写出处理意见，正在审核签发。"), LATER),
    "issued": (
        "neutral",
        gettext_lazy("%(holder)s已经出具处理意见书，正在送达给您。"),
        gettext_lazy("收到以后，您可以评价；不同意的，可以请求复查。"),
    ),
    "served": (
        "action",
        gettext_lazy("%(holder)s已经书面答复您。现在请您看一看，是否认可。"),
        gettext_lazy("认可的，可以告诉我们；不同意的，可以在期限内请求复查。"),
    ),
    "route_handling": ("neutral", gettext_lazy("%(holder)s正在按法律规定的专门程序办理。"), LATER),
    "review_requested": ("neutral", gettext_lazy("您的复查请求已经收到，正在决定是否受理。"), LATER),
    "reviewing": ("neutral", gettext_lazy("%(holder)s正在复查。"), LATER),
    "review_served": (
        "action",
        gettext_lazy("复查意见已经送达。现在请您看一看，是否认可。"),
        gettext_lazy("不同意的，可以在期限内请求复核。"),
    ),
    "recheck_requested": ("neutral", gettext_lazy("您的复核请求已经收到，正在决定是否受理。"), LATER),
    "rechecking": ("neutral", gettext_lazy("%(holder)s正在复核。"), LATER),
    "not_accepted": ("done", gettext_lazy("这件事没有受理。"), REASONS),
    "no_further": (
        "done",
        gettext_lazy("这件事已经复核终结，不再受理。"),
        gettext_lazy("有新的事实的，可以作为新的事项提出。"),
    ),
    "told_elsewhere": ("done", gettext_lazy("这件事归别的机关管，已经告诉您向哪里提出。"), REASONS),
    "route_out": (
        "done",
        gettext_lazy("这件事要走法律规定的其他途径，已经告诉您怎么走。"),
        gettext_lazy("请留意告知书上写的期限，过了期限可能就不能再提。"),
    ),
    "forwarded_report": (
        "done",
        gettext_lazy("您的检举控告已经按规定移送。"),
        gettext_lazy("为了保护您，这里不显示移送到哪里。"),
    ),
    "suggestion_answered": ("done", gettext_lazy("您的建议已经答复。"), gettext_lazy("谢谢您的建议。")),
    "closed_satisfied": ("done", gettext_lazy("您认可了处理结果，这件事已经办结。"), ""),
    "closed_lapsed": (
        "done",
        gettext_lazy("请求复查（复核）的期限已过，这件事已经办结。"),
        gettext_lazy("有正当理由没赶上期限的，可以带上说明到窗口提出。"),
    ),
    "closed_mediated": ("done", gettext_lazy("双方达成协议，这件事已经办结。"), ""),
    "closed_final": (
        "done",
        gettext_lazy("复核意见已经作出，信访程序到此为止。"),
        gettext_lazy("有新的事实的，可以作为新的事项提出。"),
    ),
    "withdrawn": ("done", gettext_lazy("您撤回了这件事。"), gettext_lazy("以后仍然可以再次提出。")),
    "merged": (
        "done",
        gettext_lazy("这件事并入了您先前提出的同一件事，一起办理。"),
        gettext_lazy("请用先前那件的编号和查询码查询。"),
    ),
}

DUE: dict[str, Text] = {
    "REG_NOTICE": gettext_lazy("最晚在 %(day)s 书面告诉您是否受理、由谁办理。"),
    "REF_NOTICE": gettext_lazy("最晚在 %(day)s 书面告诉您是否受理、由谁办理。"),
    "HANDLE": gettext_lazy("最晚在 %(day)s 办结并书面答复您。"),
    "REVIEW": gettext_lazy("最晚在 %(day)s 作出复查意见。"),
    "RECHECK": gettext_lazy("最晚在 %(day)s 作出复核意见。"),
    "SUGGEST_REPLY": gettext_lazy("最晚在 %(day)s 答复您的建议。"),
}
ANY_DUE: Text = gettext_lazy("下一个法定日期是 %(day)s。")
REVIEW_UNTIL: Text = gettext_lazy("请求复查的最后一日是 %(day)s。")
RECHECK_UNTIL: Text = gettext_lazy("请求复核的最后一日是 %(day)s。")

STEPS: dict[str, tuple[str, Text]] = {
    "submit": ("citizen", gettext_lazy("您提出了信访事项")),
    "record_offline": ("organ", gettext_lazy("收到您的信访事项")),
    "register": ("organ", gettext_lazy("已登记")),
    "merge_duplicate": ("organ", gettext_lazy("并入您先前提出的同一件事")),
    "seal_as_report": ("organ", gettext_lazy("已按规定移送")),
    "tell_elsewhere": ("organ", gettext_lazy("告诉您应当向哪个机关提出")),
    "route_out": ("organ", gettext_lazy("告诉您应当走哪条法定途径")),
    "open_own_route": ("organ", gettext_lazy("按法律规定的专门程序开始办理")),
    "finish_route": ("organ", gettext_lazy("专门程序办理完毕")),
    "refer_down": ("organ", gettext_lazy("转送给有权办理的机关")),
    "refuse_in_progress": ("organ", gettext_lazy("不予受理：同一件事正在别处办理")),
    "refuse_visit_level": ("organ", gettext_lazy("引导您到有权办理的机关")),
    "refuse_final": ("organ", gettext_lazy("不再受理：已经复核终结")),
    "accept": ("organ", gettext_lazy("决定受理")),
    "accept_simple": ("organ", gettext_lazy("决定受理，按简易程序办理")),
    "to_ordinary": ("organ", gettext_lazy("改按普通程序办理")),
    "answer_suggestion": ("organ", gettext_lazy("答复了您的建议")),
    "take": ("organ", gettext_lazy("接收了您的事项")),
    "object": ("internal", gettext_lazy("认为不归本机关办理，请求核定")),
    "agree_objection": ("internal", gettext_lazy("同意收回，重新确定由谁办理")),
    "reject_objection": ("internal", gettext_lazy("核定后仍由原接收机关办理")),
    "escalate_dispute": ("internal", gettext_lazy("报请上级协调由谁办理")),
    "decide_organ": ("superior", gettext_lazy("指定了办理机关")),
    "assign": ("internal", gettext_lazy("安排了承办人")),
    "recuse": ("internal", gettext_lazy("承办人回避，换人办理")),
    "extend": ("organ", gettext_lazy("延长办理期限，理由见告知书")),
    "start_mediation": ("organ", gettext_lazy("开始调解")),
    "agree_settlement": ("organ", gettext_lazy("达成协议")),
    "hold_hearing": ("organ", gettext_lazy("举行听证")),
    "draft_opinion": ("internal", gettext_lazy("写出处理意见，送负责人审核")),
    "send_back": ("internal", gettext_lazy("内部审核后要求补充修改")),
    "sign_opinion": ("organ", gettext_lazy("签发处理意见书")),
    "serve": ("organ", gettext_lazy("处理意见书送达您")),
    "accept_result": ("citizen", gettext_lazy("您认可了处理结果")),
    "window_end": ("internal", gettext_lazy("期限届满，事项办结")),
    "request_review": ("citizen", gettext_lazy("您请求复查")),
    "accept_review": ("superior", gettext_lazy("受理了复查请求")),
    "refuse_review": ("superior", gettext_lazy("没有受理复查请求，理由见告知书")),
    "review_uphold": ("superior", gettext_lazy("复查意见：维持原处理意见")),
    "review_change": ("superior", gettext_lazy("复查意见：撤销或者改变原处理意见")),
    "review_remand": ("superior", gettext_lazy("复查意见：要求重新办理")),
    "request_recheck": ("citizen", gettext_lazy("您请求复核")),
    "accept_recheck": ("superior", gettext_lazy("受理了复核请求")),
    "recheck_decide": ("superior", gettext_lazy("作出复核意见")),
    "recheck_remand": ("superior", gettext_lazy("复核意见：要求重新办理")),
    "file_again_same": ("organ", gettext_lazy("同一件事再次提出，不再受理")),
    "file_again_new": ("organ", gettext_lazy("有新的事实，重新登记")),
    "withdraw": ("citizen", gettext_lazy("您撤回了这件事")),
    "urgent_report": ("internal", gettext_lazy("作为紧急情况报告")),
    "supervise": ("superior", gettext_lazy("上级督办")),
    "evaluate": ("citizen", gettext_lazy("您作出了评价")),
    "give_notice": ("organ", gettext_lazy("把文书告知了您")),
    "sort_claims": ("internal", gettext_lazy("逐项梳理了您的请求")),
    "reassign": ("internal", gettext_lazy("换了承办人")),
    "ask_to_withdraw": ("citizen", gettext_lazy("您申请撤回，正在等待核实")),
    "keep_open": ("organ", gettext_lazy("撤回没有生效，继续办理")),
    "hand_in_report": ("internal", gettext_lazy("向督办机关报告了办理情况")),
    "add_material": ("citizen", gettext_lazy("您补充了材料")),
    "ask_correction": ("citizen", gettext_lazy("您申请了更正，等待核对")),
    "answer_correction": ("organ", gettext_lazy("核对了您申请的更正")),
    "raise_wall": ("organ", gettext_lazy("设置了回避：您写明的单位和人看不到这件事")),
    "reissue_code": ("organ", gettext_lazy("在窗口补发了查询码，原来的查询码作废")),
    "lift_wall": ("organ", gettext_lazy("取消了回避，理由见告知书")),
    "recount": ("internal", gettext_lazy("按新公布的放假安排重算了期限")),
}
REPORT_SHOWN = frozenset({"submit", "record_offline", "seal_as_report", "raise_wall"})


@dataclass(frozen=True, slots=True)
class Situation:
    """The banner: one sentence, the tone, and what happens next."""

    tone: str
    sentence: str
    next: str


def situation(state: str, *, holder: str, offered: str) -> Situation:
    """Return what is going on in a state: who has to do what, and what follows."""
    tone, sentence, following = STATES[state]
    organs = {"holder": holder, "offered": offered or holder}
    return Situation(tone, str(sentence) % organs, str(following) % organs if following else "")


def report_situation(*, forwarded: bool) -> Situation:
    """Return what a report (检举控告) shows: received, or forwarded as required, and nothing else (rulebook 6.3)."""
    if forwarded:
        return situation("forwarded_report", holder="", offered="")
    sentence = _("您的检举控告已经收到，会按规定密封移送有权机关。")
    return Situation("neutral", sentence, _("为了保护您，移送以前和移送以后的内部情况这里都不显示。"))


def due_sentence(clock: str, day: str) -> str:
    """Return by when what is owed to the petitioner."""
    return str(DUE.get(clock, ANY_DUE)) % {"day": day}


def late_sentence(holder: str, day: str, days: int) -> str:
    """Return that an organ is late, and by how much."""
    return _("%(holder)s应当在 %(day)s 以前告诉您结果，现在已经超过 %(days)d 天。") % {
        "holder": holder,
        "day": day,
        "days": days,
    }


def told(step: Step, book: Rulebook) -> tuple[str, str]:
    """Return kind and title of a step for the timeline; a step without words of its own has the rulebook's label."""
    if step.event == "hold_hearing" and step.facts.get("phase") == "notice":
        return "organ", _("发出听证通知")
    if step.event == "raise_wall" and not step.facts.get("organs") and not step.facts.get("staff"):
        return "petitioner", _("收到您的回避要求")
    if step.event in STEPS:
        kind, title = STEPS[step.event]
        return kind, str(title)
    rules = book.steps.get(step.event, ())
    rule = next((one for one in rules if one.id == step.rule), rules[0] if rules else None)
    if rule is None:
        return "internal", _("一个内部步骤")
    return "internal", rule.label_en if in_english() else rule.label


def wall_words(facts: Mapping[str, object]) -> str:
    """Return what a wall brought besides: who had looked before, and names that were not found, never the names."""
    seen, sealed = facts.get("seen_before") or [], facts.get("sealed") or 0
    lines = listed(str(one) for one in seen) if isinstance(seen, list) else ""
    found = [_("在这以前看过的：%(lines)s") % {"lines": lines}] if lines else []
    if facts.get("to_decide"):
        unknown = _(
            "有 %(n)s 个名字没有在系统里找到，已经密封保存，请上级机关查明是谁以后决定；还没有挡住他们。"
        )
        found.append(unknown % {"n": sealed})
    return (" " if in_english() else "").join(found)


def article_of(step: Step, book: Rulebook) -> str:
    """Return the article a step rests on."""
    return next((rule.basis for rule in book.steps.get(step.event, ()) if rule.id == step.rule), "")


def total_days(received_on: date, on: date) -> str:
    """Return how long it has been since the day of receipt; this count never starts anew."""
    days = (on - received_on).days
    return _("今天收到") if days < 1 else _("自收到之日起第 %(days)d 天") % {"days": days}
