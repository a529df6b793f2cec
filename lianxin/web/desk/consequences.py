"""The only place for the one line that says what an act will bring about, shown at its button and on its page."""

from __future__ import annotations

from django.utils.translation import gettext as _


def of(event: str) -> str:
    """Return the consequence of an act in one line, "" for one without a page here."""
    return {
        "register": _("编入本机构的登记，接着甄别分派；15 日告知期限照常计算。"),
        "refer_down": _("对方接收以前，仍由本机构负责；会告知信访人转送到哪里。"),
        "take": _("从现在起由本机构负责告知和办理；身份信息改由本机构保管。"),
        "object": _("转回转送机关决定；须在收到之日起 5 个工作日内提出。"),
        "agree_objection": _("退回本机构重新甄别，告知期限重新计算；信访人不用重新提出。"),
        "reject_objection": _("仍由对方接收，对方的期限继续计算。"),
        "accept": _("出具受理告知书，60 日办理期限从今天开始。"),
        "assign": _("交给承办人办理；没有承办人就没有人负责。"),
        "draft_opinion": _("送负责人审签；逐项答复会原样写进处理意见书。"),
        "send_back": _("退给承办人修改；办理期限继续计算。"),
        "sign_opinion": _("出具处理意见书，内容从此不能再改；办理期限停止。"),
        "serve": _("信访人从送达之日起有 30 日可以申请复查。"),
    }.get(event, "")
