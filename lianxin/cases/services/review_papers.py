"""What the papers of review and re-check (复查意见书, 复核意见书, 送达回证) say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lianxin.cases.models import Case, Claim, Paper
from lianxin.cases.services.acts import Loaded
from lianxin.cases.services.naming import nameless
from lianxin.cases.services.papers import SEALED_NAME, UNNAMED, letter
from lianxin.cases.services.serving import METHODS, RECEIVERS
from lianxin.cases.services.stages import (
    RECHECK,
    REVIEW,
    Found,
    Service,
    Stage,
    asked_for,
    decided_by,
    organs_above,
)
from lianxin.cases.texts import one_line
from lianxin.organs.models import Organ
from lianxin.papers import PaperContent, missing_glyphs

NONE_DEFINED = "现行规定没有写明由哪个机关复核，请向本机关询问"
FINAL = (
    "本复核意见送达以后，对同样的事实和理由再提出的，不再受理（信访工作条例第三十六条第三款）；有新的事实和理由的，"
    "可以作为新的信访事项提出。"
)
NOT_FINAL = "本件责令重新办理，尚未终结；对重新作出的处理意见不服的，可以再请求复查。"
RECHECK_WAY = "对本复查意见不服的，可以自收到之日起三十日内，书面向下列机关请求复核，并附本意见书。"
AGAIN_WAY = "重新作出的处理意见送达以后仍不服的，可以向下列机关请求复查。"


def opinion_of(
    loaded: Loaded, stage: Stage, found: Found, *, organ: Organ, on: date, today: date
) -> PaperContent:
    """Return the opinion (复查意见书, 复核意见书), with the way that is open against it."""
    given: dict[str, object] = {
        "opinion_no": number_of(loaded.case, stage.below),
        "claims": _claims_of(loaded.case, stage),
        **nameless(loaded.case, {"facts": found.facts, "reasons": found.reasons, "decision": found.decision}),
        "outcome": found.outcome,
    }
    again = found.outcome == "remand"
    if stage is RECHECK:
        given["final"] = NOT_FINAL if again else FINAL
    else:
        below = decided_by(loaded, REVIEW) if again else organ
        days = loaded.book.clocks["REVIEW_WIN" if again else "RECHECK_WIN"].length
        given |= {
            "remedy": AGAIN_WAY if again else RECHECK_WAY,
            "remedy_organs": names(organs_above(loaded, below, on=today)),
            "remedy_last_day": f"自收到{'重新作出的处理' if again else '本复查'}意见书之日起{days}日内",
        }
    return letter(loaded, stage.opinion, organ=organ, on=on, given=given)


def proof_of(
    loaded: Loaded, stage: Stage, service: Service, *, organ: Organ, on: date, number: str
) -> PaperContent:
    """Return the proof of service (送达回证) of the opinion that goes with it."""
    nameless(loaded.case, {"proof": service.proof, "witness": service.witness})
    receiver = f"{RECEIVERS[service.receiver]}代收" if service.receiver else ""
    given: dict[str, object] = {
        "document": {"title": f"{stage.word}意见书", "number": number},
        "method": METHODS[service.method],
        "served_at": service.served_on.isoformat(),
        "proof": one_line(service.proof),
    }
    if service.refused:
        given["refusal_note"] = f"收件人拒绝签收，见证人：{one_line(service.witness)}"
    else:
        given["receiver"] = receiver or (UNNAMED if loaded.case.anonymous else SEALED_NAME)
    return letter(loaded, "proof_of_service", organ=organ, on=on, given=given, place=2)


def number_of(case: Case, kind: str) -> str:
    """Return the number of the latest paper of a kind; that of the case where none was issued here."""
    paper = Paper.objects.filter(case_id=case.pk, kind=kind).order_by("-seq").first()
    return paper.number if paper else case.number


def _claims_of(case: Case, stage: Stage) -> list[str]:
    """Return what the request asks for; the claims of the case where no request was written here."""
    asked = next((row["value"] for row in asked_for(case, stage) if row["key"] == "claims"), None)
    if isinstance(asked, str):
        return [asked]
    if isinstance(asked, list):
        return [str(one) for one in asked]
    return list(Claim.objects.filter(case_id=case.pk).order_by("seq").values_list("text", flat=True))


def names(organs: Iterable[Organ]) -> list[str]:
    """Return the names of organs; where there is none, whom to ask."""
    return [one.name for one in organs] or [NONE_DEFINED]


def printable(text: str) -> str:
    """Return the petitioner's words with □ for what no font has: nobody loses a right over a sign."""
    for char in missing_glyphs(text, "body"):
        text = text.replace(char, "□")
    return text
