"""The only place for what a person is told of a file that was not taken or is not open: why, and what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REFUSED: dict[str, str | Promise] = {
    "empty": _("是空文件，里面没有内容。请重新选择。"),
    "too_big": _("太大了，每个文件最多 %(mb)d 兆。照片可以拍小一点；长的文件请分成几份。"),
    "too_many": _("文件太多了，一件事最多 %(n)d 个。请先去掉不要紧的。"),
    "case_full": _("这件事的文件合起来超过了 %(case_mb)d 兆。其余的材料可以带到窗口或者邮寄。"),
    "quota": _("今天从这个网络交来的文件已经很多了，请明天再交，或者带到窗口、邮寄。您的事项不受影响。"),
    "no_room": _("系统里暂时放不下这个文件。您的事项不受影响；请过一会儿再交，或者带到窗口、邮寄。"),
    "archive": _("是压缩包。请解压以后，把里面的文件逐个交上来。"),
    "locked": _("加了密码或者限制，工作人员打不开。请去掉密码以后再交，或者打印出来拍照。"),
    "old_office": _("是旧格式的文档，或者加了密码。请另存为 DOCX、XLSX 或者 PDF 再交，也可以打印出来拍照。"),
    "heic": _("是 HEIC 格式的照片。请在手机里另存为 JPG；苹果手机在“设置－相机－格式”里选“兼容性最佳”再拍。"),
    "video": _("是视频，这里收不了。请截图或者拍照，也可以把视频存在光盘、U盘里带到窗口。"),
    "too_many_pixels": _("照片的尺寸太大（超过 4000 万像素）。请缩小以后再交。"),
    "no_pages": _("里面一页也没有。请重新保存以后再交。"),
    "too_many_pages": _("页数太多，最多 500 页。请分成几份。"),
    "bomb": _("展开以后大得不正常，不能打开。请另存一份，或者打印出来拍照。"),
    "two_in_one": _("里面还藏着另一种文件，不能收。请重新另存为 PDF，或者打印出来拍照。"),
    "broken": _("打不开，可能已经损坏。请重新保存或者重新拍一张再交。"),
    "unknown": _("这种文件收不了。可以交照片、PDF、Word（DOCX）、Excel（XLSX）、文本和录音。"),
}
STATES: dict[str, str | Promise] = {
    "clean": _("已通过安全检查"),
    "checked": _("已检查格式"),
    "held": _("正在等安全检查，检查完工作人员才能打开"),
    "quarantined": _("没有通过安全检查，已经隔离"),
}
REASONS: dict[str, str | Promise] = {
    "macro": _("文件里有宏程序，原件已经隔离；工作人员看得到内容。"),
    "embedded": _("文件里嵌有别的文件或者程序，原件已经隔离；工作人员看得到内容。"),
    "external": _("文件会从别处取内容，原件已经隔离；工作人员看得到内容。"),
    "script": _("文件里有自动运行的程序，原件已经隔离；工作人员看得到内容。"),
    "locked": _("文件设了权限密码，原件已经隔离；工作人员看得到内容。"),
    "virus": _(
        "文件里有病毒，工作人员打不开。您的事项照常办理；请另外拍照、打印，或者换一台设备重新保存后再交。"
    ),
}


def refusal(code: str, title: str, **numbers: int) -> str:
    """Return the sentence for a file that was not taken; `numbers` are the limits it speaks of."""
    words = str(REFUSED.get(code, REFUSED["unknown"]))
    return gettext("“%(title)s”%(why)s") % {"title": title, "why": words % numbers if numbers else words}


def state_words(state: str, reason: str) -> str:
    """Return what is told of a file that was kept: may it be opened, and if not, why and what to do."""
    if state == "quarantined":
        return str(REASONS.get(reason.partition(":")[0], STATES["quarantined"]))
    return str(STATES.get(state, ""))
