"""Tables of cases. Nothing in this package leads to a name."""

from lianxin.cases.models.case import Case, CaseText, Channel, Claim, Kind, Link, Outcome
from lianxin.cases.models.consents import CodeRenewal, Opening, State
from lianxin.cases.models.files import Attachment
from lianxin.cases.models.paths import Alert, CaseNumber, ImportedRow, NumberCounter, QueryCode, WorkItem
from lianxin.cases.models.steps import Evaluation, Notice, Paper, Step
from lianxin.cases.models.walls import Wall

__all__ = [
    "Alert",
    "Attachment",
    "Case",
    "CaseNumber",
    "CaseText",
    "Channel",
    "Claim",
    "CodeRenewal",
    "Evaluation",
    "ImportedRow",
    "Kind",
    "Link",
    "Notice",
    "NumberCounter",
    "Opening",
    "Outcome",
    "Paper",
    "QueryCode",
    "State",
    "Step",
    "Wall",
    "WorkItem",
]
