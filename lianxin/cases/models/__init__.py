"""Tables of cases. Nothing in this package leads to a name."""

from lianxin.cases.models.case import Case, CaseText, Channel, Claim, Kind, Link, Outcome
from lianxin.cases.models.consents import CodeRenewal, Opening, State
from lianxin.cases.models.files import Attachment
from lianxin.cases.models.lists import SavedFilter
from lianxin.cases.models.paths import Alert, CaseNumber, ImportedRow, NumberCounter, QueryCode, WorkItem
from lianxin.cases.models.promises import Promise, Supervision
from lianxin.cases.models.steps import Evaluation, Notice, Paper, Step
from lianxin.cases.models.walls import Wall
from lianxin.cases.models.words import CaseWords

__all__ = [
    "Alert",
    "Attachment",
    "Case",
    "CaseNumber",
    "CaseText",
    "CaseWords",
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
    "Promise",
    "QueryCode",
    "SavedFilter",
    "State",
    "Step",
    "Supervision",
    "Wall",
    "WorkItem",
]
