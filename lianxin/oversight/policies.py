"""Who inspects, who suggests, who reads anew: rights of supervision beside those of `cases.policies`, each with its end.

An inspector reads only what was drawn, only while the inspection runs; a second reader reads one case until a day. Both stay
behind the walls, never see a report (检举控告), and never anything they had a hand in. Nothing here opens an identity.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from lianxin.cases.models import Case, Step
from lianxin.cases.policies import NOBODY, THERE, progress_of
from lianxin.cases.walls import clear_of
from lianxin.organs.actors import Actor
from lianxin.oversight.models import Finding, Inspection, Inspector, Sample, SecondReading, Suggestion

OVERSEERS = ("supervisor", "head")
READERS = (*OVERSEERS, "checker", "reviewer", "rechecker")
"""Who may be named as inspector or second reader."""
PART = (*READERS, "auditor")
"""For whom the part of supervision is on the menu."""
NO_ROW = Q(pk__in=[])


def plans(actor: Actor) -> bool:
    """Tell whether the officer plans, draws and closes inspections."""
    return actor.has("supervisor")


def inspections_of(actor: Actor) -> Q:
    """Return the inspections this officer may know of: those of the own organ, and those the own organ or one above is in."""
    if not actor.has(*PART):
        return NO_ROW
    above = [int(part) for part in actor.organ.path.strip("/").split("/")]
    own = Q(organ_id=actor.organ.pk)
    return (
        own | (Q(scope_id__in=above) & ~Q(state=Inspection.State.PLANNED)) if actor.has(*OVERSEERS) else own
    )


def samples_of(actor: Actor) -> Q:
    """Return the drawn cases this officer may see in a list, by number: of the own organ's inspections."""
    mine = Q(organ_id=actor.organ.pk) if actor.has(*READERS) else NO_ROW
    return mine & clear_of(actor, "case_id")


def readable_samples(actor: Actor) -> Q:
    """Return the drawn cases this officer may read today: named for an inspection of the organ worked in, which runs."""
    if not actor.has(*READERS):
        return NO_ROW
    named = Inspector.objects.filter(inspection_id=OuterRef("inspection_id"), staff_id=actor.staff.pk)
    running = Q(
        inspection__state=Inspection.State.DRAWN,
        inspection__starts_on__lte=actor.on,
        inspection__ends_on__gte=actor.on,
    )
    mine = Q(organ_id=actor.organ.pk) & ~Q(Exists(_handled(actor, "case_id")))
    return Q(Exists(named)) & running & mine & clear_of(actor, "case_id")


def inspected_by(actor: Actor, inspection_id: int) -> Q:
    """Return the cases this officer may read as an inspector of one inspection today; none in which the officer took a step."""
    drawn = Sample.objects.filter(
        readable_samples(actor), inspection_id=inspection_id, case_id=OuterRef("pk")
    )
    return Q(Exists(drawn)) & _fresh(actor)


def read_anew_by(actor: Actor) -> Q:
    """Return the cases this officer may read as a second reader today: asked for, not yet written, the day not past."""
    return Q(Exists(SecondReading.objects.filter(open_readings(actor), case_id=OuterRef("pk")))) & _fresh(
        actor
    )


def open_readings(actor: Actor) -> Q:
    """Return the second readings this officer has to write today."""
    mine = Q(reader_id=actor.staff.pk, organ_id=actor.organ.pk, written_on=None)
    return mine & Q(asked_on__lte=actor.on, due_on__gte=actor.on) & clear_of(actor, "case_id")


def readings_of(actor: Actor) -> Q:
    """Return the second readings this officer may see in a list: own ones; for supervisors and heads those asked for by the
    own organ and those about what it owes.
    """
    mine = Q(reader_id=actor.staff.pk, organ_id=actor.organ.pk)
    if actor.has(*OVERSEERS):
        mine |= Q(asker_id=actor.organ.pk) | Q(owing_id=actor.organ.pk, written_on__isnull=False)
    return mine & clear_of(actor, "case_id")


def findings_of(actor: Actor) -> Q:
    """Return the findings this officer may see: of the own organ's inspections, and what the own organ has to rectify."""
    if not actor.has(*READERS):
        return NO_ROW
    mine = Q(organ_id=actor.organ.pk)
    if actor.has(*OVERSEERS):
        mine |= Q(about_id=actor.organ.pk)
    return mine & clear_of(actor, "case_id")


def may_rectify(actor: Actor, finding: Finding) -> bool:
    """Tell whether the officer reports what was done about a finding: a head or supervisor of the organ it is about."""
    return actor.has(*OVERSEERS) and actor.organ.pk == finding.about_id


def may_judge(actor: Actor, finding: Finding) -> bool:
    """Tell whether the officer says if that is enough: a supervisor of the inspecting organ."""
    return actor.has("supervisor") and actor.organ.pk == finding.organ_id


def suggestions_of(actor: Actor) -> Q:
    """Return the suggestions this officer may read: issued by or sent to the own organ; those to hold to account are for
    supervisors and heads alone.
    """
    if not actor.has(*OVERSEERS, "auditor"):
        return NO_ROW
    mine = Q(organ_id=actor.organ.pk) | Q(target_id=actor.organ.pk)
    return mine if actor.has(*OVERSEERS) else mine & ~Q(kind=Suggestion.Kind.ACCOUNT)


def may_suggest(actor: Actor, kind: str) -> bool:
    """Tell whether the officer issues a suggestion: a supervisor; to hold somebody to account, a head."""
    return actor.has("head") if kind == Suggestion.Kind.ACCOUNT else actor.has("supervisor")


def may_answer(actor: Actor, suggestion: Suggestion) -> bool:
    """Tell whether the officer gives the written feedback: a head of the organ the suggestion went to."""
    return actor.has("head") and actor.organ.pk == suggestion.target_id


def owing_cases(actor: Actor, case: str = "case_id") -> Q:
    """Return the filter for rows of cases whose debts this officer looks after: what `progress_of` shows, without reports."""
    if not actor.has(*OVERSEERS):
        return NO_ROW
    seen = Case.objects.filter(progress_of(actor), pk=OuterRef(case)).exclude(kind="report")
    return Q(Exists(seen))


def _fresh(actor: Actor) -> Q:
    allowed = ~Q(kind="report") & THERE & clear_of(actor) & Q(~Exists(_handled(actor, "pk")))
    return allowed if actor.has(*READERS) else NOBODY


def _handled(actor: Actor, case: str) -> QuerySet[Step]:
    """Return the steps this officer took in handling a case; to have supervised it is no hand in it."""
    mine = Step.objects.filter(case_id=OuterRef(case), staff_id=actor.staff.pk)
    return mine.exclude(role="supervisor")
