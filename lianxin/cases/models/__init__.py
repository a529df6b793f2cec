"""Tables of cases. Nothing in this package leads to a name."""

from lianxin.cases.models.case import Case, CaseText, Channel, Claim, Kind, Link, Outcome
from lianxin.cases.models.paths import CaseNumber, ImportedRow, NumberCounter, QueryCode, WorkItem
from lianxin.cases.models.steps import Evaluation, Notice, Paper, Step

__all__ = [
    "Case",
    "CaseNumber",
    "CaseText",
    "Channel",
    "Claim",
    "Evaluation",
    "ImportedRow",
    "Kind",
    "Link",
    "Notice",
    "NumberCounter",
    "Outcome",
    "Paper",
    "QueryCode",
    "Step",
    "WorkItem",
]
