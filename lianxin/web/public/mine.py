"""The only place that gathers what a petitioner may take home (我的信息), and what is left of an erased case.

It holds what the follow page shows, in full, and the own identity; never a party's of a group, an officer's name or note. Of a
report (检举控告) the identity stays sealed: who has found the receipt must not learn by it who wrote.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lianxin.cases import disposal, materials, selectors
from lianxin.cases.models import Kind, Paper, Step
from lianxin.cases.selectors import Opened
from lianxin.cases.services import correcting
from lianxin.ledger.models import Look
from lianxin.organs.models import Organ
from lianxin.petitioners import rights
from lianxin.procedure.retention import load_classes
from lianxin.web.public import trail
from lianxin.web.public.words import day_words, in_english, listed

PURPOSE = "本人下载自己的信息"
FORMAT = "lianxin-my-data/1"


def labels() -> dict[str, str]:
    """Return the names of the fields of an identity, and of the words, as the petitioner reads them."""
    return {
        "name": _("姓名"),
        "phone": _("电话"),
        "address": _("住址"),
        "email": _("电子邮箱"),
        "id_number": _("身份证件号码"),
        correcting.TEXT: _("写的内容"),
    }


def packed(page: dict[str, Any], opened: Opened, *, at: datetime) -> bytes:
    """Return a ZIP of `page` (what the follow page shows) and the rest as JSON and as a page to read, the look recorded."""
    found = gathered(page, opened, at=at)
    html = render_to_string("public/follow/mine.html", {"data": found, "labels": labels(), "page": page})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed_:
        packed_.writestr("my-data.html", html)
        packed_.writestr("my-data.json", json.dumps(found, ensure_ascii=False, indent=1, default=str))
    return out.getvalue()


def gathered(page: dict[str, Any], opened: Opened, *, at: datetime) -> dict[str, Any]:
    """Return the own data of a case as plain values; opening the identity is the petitioner's own recorded look."""
    case, report = opened.case, opened.case.kind == Kind.REPORT
    identity = {} if report else rights.own_identity(case.pk, purpose=PURPOSE, at=at)
    return {
        "format": FORMAT,
        "made_at": localtime(at).isoformat(),
        "number": case.number,
        "received_on": case.received_on.isoformat(),
        "situation": page["banner"].sentence,
        "identity": {label: identity[field] for field, label in labels().items() if field in identity},
        "identity_sealed": report,
        "text": {} if report or opened.text is None else _text(opened),
        "corrections": corrections(opened),
        "claims": [] if report else [{**one} for one in page["claims"]],
        "files": [] if report else _files(opened),
        "steps": [{**one, "on": one["on"].isoformat()} for one in page["timeline"]],
        "papers": _papers(opened, page),
        "looks": looks(opened),
        "openings": [{**one} for one in page["openings"]],
    }


def corrections(opened: Opened) -> list[dict[str, str]]:
    """Return the corrections of the words that were asked for, to be read beside what was written."""
    if opened.case.kind == Kind.REPORT:
        return []
    found = []
    for one in correcting.of_words(opened.steps):
        words = {"on": day_words(one.on)}
        title = _("您在 %(on)s 申请更正内容，等待核对：") % words
        if one.taken is not None:
            title = (
                _("更正（您在 %(on)s 提出，已采用，原文保留）：") % words
                if one.taken
                else _("您在 %(on)s 申请更正内容，没有采用：") % words
            )
        found.append({"title": title, "words": one.words})
    return found


def answer_words(step: Step) -> str:
    """Return what a step that answers a correction tells: which fields, taken or not, and how it was checked."""
    known = labels()
    fields = step.facts.get("fields")
    named = [known.get(str(one), str(one)) for one in fields] if isinstance(fields, list) else []
    words = {"fields": listed(named), "how": step.facts.get("how", "")}
    return (
        _("%(fields)s：已经更正，原来的仍然密封保存。%(how)s") % words
        if step.facts.get("taken")
        else _("%(fields)s：没有采用。%(how)s") % words
    )


def looks(opened: Opened) -> list[dict[str, str]]:
    """Return who looked, one by one, newest first: when, which organ, in what posts, what for; never an officer's name."""
    rows = selectors.looks_at(opened.case.pk, latest=trail.MOST)
    if opened.case.kind == Kind.REPORT:
        return [{"text": one.text, "times": str(one.times)} for one in trail.looked(rows, report=True)]
    names = dict(
        Organ.objects.filter(pk__in={look.organ_id for look in rows if look.organ_id}).values_list(
            "pk", "name"
        )
    )
    return [_look(look, names) for look in rows]


def _look(look: Look, names: dict[int, str]) -> dict[str, str]:
    own = look.organ_id is None
    return {
        "at": localtime(look.at).isoformat(timespec="minutes"),
        "organ": _("您本人") if own else names.get(look.organ_id or 0, _("某机关")),
        "posts": trail._roles(look.role),
        "purpose": look.purpose,
        "identity": _("打开了身份信息") if look.what.startswith("identity") else "",
    }


def _text(opened: Opened) -> dict[str, str]:
    text = opened.text
    return {} if text is None else {"body": text.body, "ask": text.ask, "original": text.original}


def _files(opened: Opened) -> list[dict[str, str]]:
    return [
        {
            "title": row.title,
            "kind": row.kind,
            "size": str(row.size),
            "sha256": row.sha256,
            "state": str(row.get_state_display()),
            "received": localtime(row.at).isoformat(timespec="minutes"),
        }
        for row in materials.files_of(opened.loaded)
    ]


def _papers(opened: Opened, page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the papers the petitioner may have, with what they say; names stand in them only when they are printed."""
    shown = [one["number"] for one in page["papers"]]
    rows = Paper.objects.filter(case_id=opened.case.pk, number__in=shown)
    contents = dict(rows.values_list("number", "content"))
    return [
        {
            "number": one["number"],
            "title": one["title"],
            "on": one["on"],
            "content": contents.get(one["number"], {}),
        }
        for one in page["papers"]
    ]


def erased_page(opened: Opened) -> dict[str, Any]:
    """Return what the follow page says of an erased case: number, days, class and reason; nobody's name."""
    event = disposal.standing_of(opened.case.pk).erased
    facts = event.facts if event is not None else {}
    rule = next((one for one in load_classes() if one.id == facts.get("class")), None)
    return {
        "nav": "follow",
        "number": opened.case.number,
        "received": day_words(opened.case.received_on),
        "erased": day_words(opened.case.erased_on) if opened.case.erased_on else "",
        "rule": (rule.label_en if in_english() else rule.label) if rule else "",
        "article": str(facts.get("article", "")),
        "reason": str(facts.get("reason", "")),
    }
