"""The placement of every table in a distributed store (Citus); `checks.py` fails when a model is missing here.

`reference` tables are copied to all nodes. `case` tables stand with their case. `path` tables are spread by the
value one looks up. `local` ones stay on the coordinator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a table stands: its group, and the column it is spread by."""

    group: Literal["reference", "case", "path", "local"]
    column: str = ""


REFERENCE = Placement("reference")
CASE = Placement("case", "case_id")

CITUS_TABLES: dict[str, Placement] = {
    "contenttypes.ContentType": REFERENCE,
    "auth.Permission": REFERENCE,
    "auth.Group": REFERENCE,
    "organs.Region": REFERENCE,
    "organs.RegionChange": REFERENCE,
    "organs.Organ": REFERENCE,
    "organs.OrganChange": REFERENCE,
    "organs.Staff": REFERENCE,
    "organs.Post": REFERENCE,
    "cases.Wall": REFERENCE,
    "cases.Opening": REFERENCE,
    "cases.CodeRenewal": REFERENCE,
    "cases.Case": Placement("case", "id"),
    "cases.CaseText": CASE,
    "cases.Claim": CASE,
    "cases.Link": CASE,
    "cases.Step": CASE,
    "cases.Paper": CASE,
    "cases.Notice": CASE,
    "cases.Attachment": CASE,
    "cases.Evaluation": CASE,
    "ledger.Entry": CASE,
    "ledger.Look": CASE,
    "ledger.Place": Placement("case", "subject_id"),
    "petitioners.Party": CASE,
    "petitioners.IdentityToken": Placement("path", "token"),
    "petitioners.Draft": Placement("path", "id"),
    "cases.WorkItem": Placement("path", "organ_id"),
    "cases.Alert": Placement("path", "organ_id"),
    "cases.CaseNumber": Placement("path", "number"),
    "cases.QueryCode": Placement("path", "number"),
    "cases.NumberCounter": Placement("path", "region_code"),
    "cases.ImportedRow": Placement("path", "source"),
    "organs.Account": Placement("path", "staff_id"),
    "organs.Passkey": Placement("path", "handle"),
    "organs.Binding": Placement("path", "handle"),
    "organs.Session": Placement("path", "session_key"),
    "organs.SignInEvent": Placement("path", "staff_id"),
    "organs.Budget": Placement("path", "key"),
    "ledger.Event": Placement("path", "organ_id"),
    "ledger.TreeNode": Placement("path", "position"),
    "ledger.Pad": Placement("path", "position"),
    "ledger.Checkpoint": Placement("path", "size"),
    "ledger.Cosignature": Placement("path", "size"),
    "ledger.NodeLease": Placement("path", "node"),
}
"""Model label -> placement. Many-to-many tables of Django's own (`auth_group_permissions`) follow as reference."""


def placement_of(label: str) -> Placement | None:
    """Return the placement of a model by label; tables made for many-to-many relations of auth are reference."""
    if label == "auth.Group_permissions":
        return REFERENCE
    return CITUS_TABLES.get(label)
