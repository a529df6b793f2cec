"""What erasure does to each table that knows a case; a test fails when a table with a `case_id` is missing here.

`delete` its rows go. `keep` they tell nothing of anybody: numbers, days, organs, links between rows. `vault` and `ledger` are
done by `petitioners.rights.destroy` and `ledger.log.erase`. A mapping empties columns of rows that stay for the chain.
"""

from __future__ import annotations

from lianxin.cases.services.erasing import Tables

TABLES: Tables = {
    "cases.Case": {"summary": ""},
    "cases.CaseText": "delete",
    "cases.Claim": "delete",
    "cases.Link": {"reason": ""},
    "cases.Step": {"facts": {}, "note": ""},
    "cases.Paper": {"content": {}, "digest": ""},
    "cases.Notice": "keep",
    "cases.Attachment": "delete",
    "cases.Evaluation": "delete",
    "cases.WorkItem": "delete",
    "cases.Alert": "delete",
    "cases.Wall": "keep",
    "cases.Opening": {"reason": "", "remark": ""},
    "cases.CodeRenewal": {"remark": ""},
    "cases.CaseNumber": "keep",
    "cases.ImportedRow": "keep",
    "ledger.Entry": "ledger",
    "ledger.Look": "ledger",
    "ledger.Event": "keep",
    "petitioners.Party": "vault",
    "petitioners.IdentityToken": "vault",
}
"""Model label -> what becomes of its rows. A wall stays: who must not know of a case must not learn of its end either."""
