"""What may be numbered about people's things, and which words mean something else here: lists that somebody else reads too.

`test_stat.py` fails on whatever is not listed.
"""

from __future__ import annotations

import re

NUMBERS: dict[str, dict[str, str]] = {
    "ledger.Event": {"facts": "what happened, by the kinds of the ledger"},
    "calls.CallBack": {"tries": "our own calls that did not get through"},
    "ledger.Place": {"position": "a leaf's place in the tree"},
    "organs.Staff": {"is_active": "may sign in"},
    "organs.Account": {
        "first_password": "to be changed at the first sign-in",
        "earlier": "hashes of earlier passwords",
        "totp_step": "the last code used",
        "recovery": "hashes of recovery codes",
    },
    "organs.Passkey": {"sign_count": "the authenticator's own counter"},
    "organs.Budget": {"tries": "guesses at a door, forgotten after a day"},
    "petitioners.Party": {
        "given": "names of the fields that were filled in",
        "boxes": "sealed fields",
        "sealed_to": "the organ that holds the case",
    },
    "cases.Case": {
        "anonymous": "filed without a name",
        "people": "how many signed this petition",
        "version": "counts writes",
        "steps": "counts steps",
        "papers": "counts papers",
    },
    "insight.Search": {
        "filters": "what narrowed a search an officer made",
        "shown": "how many cases its first page had, for the record of the officer's reading",
    },
    "cases.CaseText": {"read_back": "was read to who dictated it"},
    "cases.Claim": {"step": "with which step it came"},
    "cases.Opening": {"fields": "names of the fields asked for"},
    "cases.CodeRenewal": {"checked": "names of the fields that were compared"},
    "cases.Attachment": {"size": "bytes", "step": "with which step it came"},
    "cases.WorkItem": {"bounced": "how often organs passed the case on"},
    "cases.SavedFilter": {"shared": "colleagues see the filter too"},
    "cases.Alert": {"order": "which of an organ's alerts comes first"},
    "cases.Promise": {
        "claim": "the claim it answers",
        "step": "with which step it was made",
        "broken_step": "the step that told that its day was over",
        "reopened_step": "the step that had the case handled again",
    },
    "oversight.Inspection": {
        "size": "how many cases to draw",
        "frame_size": "among how many was drawn",
        "checklist": "what is looked at in the handling of each case",
    },
    "oversight.Finding": {"claim": "the claim whose handling it is about"},
    "cases.NumberCounter": {"last": "the last number of a place on a day"},
    "cases.Step": {"facts": "what the rulebook asks of the step"},
    "cases.Paper": {"content": "what is printed", "step": "with which step it came"},
    "cases.Evaluation": {
        "answered": "the petitioner's word on the office",
        "right": "the petitioner's word on the answer",
        "carried_out": "the petitioner's word on the office",
    },
    "visits.Booth": {"hours": "opening hours by weekday"},
    "visits.Ticket": {
        "count": "the number of the ticket on its day",
        "people": "how many came with this ticket",
        "calls": "how often this number was called",
    },
    "visits.Reception": {
        "needs": "what this visit needs: interpreter, wheelchair",
        "people": "how many came",
        "chosen": "how many representatives the group elected",
        "place_offered": "the others were offered a place to wait",
    },
    "visits.Emergency": {"people": "how many need help", "entries": "counts the lines"},
    "together.JointTask": {
        "of_claims": "numbers of the claims a part is about",
        "shown_files": "numbers of the files a part shows",
        "identity": "names of the fields a part may open",
    },
    "letters.Batch": {"pieces": "how many envelopes came in a post"},
    "letters.Letter": {
        "year": "of its label",
        "count": "of its label",
        "pages": "of the letter",
        "enclosures": "how many photographs, copies, originals lay in the envelope",
        "hard": "the writing is hard to read",
        "version": "counts writes",
    },
    "letters.Posting": {"paper": "which paper was posted"},
    "cases.Wall": {"raised_step": "the step that raised it", "lifted_step": "the step that lifted it"},
}
"""Every number, truth value and free table of any model that is no key: by model and field, with the reason."""
BESIDE = {
    "cases_casewords_fts": "words",
    "cases_casewords_fts_data": "id block",
    "cases_casewords_fts_idx": "segid term pgno",
    "cases_casewords_fts_config": "k v",
}
"""Tables without a model, column by column: SQLite's own index of `cases_casewords`, which finds a case by words of its text and
knows no person. PostgreSQL has an index in their place.
"""
PEOPLE = {
    "petitioners.Party": "case_id seq role given boxes suite key_id sealed_to wrapped_key",
    "petitioners.IdentityToken": "token case_id key_id",
    "petitioners.Draft": "id key_hash box suite key_id saved_at filed_at",
    "petitioners.DeskDraft": "subject staff_id form organ_id box suite key_id saved_at open_at",
    "organs.Staff": "id username name password is_active",
}
"""All there is on a person, field by field."""
WORDS = frozenset(
    re.findall(
        r"\w+",
        "score scores scored scoring risk risks risky rank ranks ranked ranking flag flags flagged black blacklist watch "
        "watched watchlist suspect suspicious credit points rating ratings troublemaker repeat repeats repeated habitual "
        "frequent danger dangerous threat stability reputation penalty grade grading tier severity nuisance abusive "
        "vexatious profiling",
    )
)
CHINESE = re.compile(
    r"重点人|重点关注|重点对象|缠访|闹访|非访|老户|钉子户|黑名单|灰名单|积分|信用分|评分|打分|排名|风险等级|风险评估|危险等级|稳控|可疑"
    r"|上访次数|信访次数|重复信访人|个人画像"
)
USED = {
    "flag": "of settings, rules and archives", "flags": "of rules, of archives, of an item", "points": "of a font and of the log",
    "rank": "of organs in the administration", "ranks": "of organs in the administration", "repeat": "of an item, twice filed",
    "rating": "which petitioners give offices", "repeated": "an act that was done before",
    "risk": "of a calamity, reported upward without names (Art 34)", "grade": "of secrecy, of a paper",
    "repeats": "of an item, twice filed",
}  # fmt: skip
"""Words that mean something else here; `PLACES` says in which files."""
PLACES = {
    "flag": r"config/|files/|procedure/",
    "flags": r"config/commands/messages|procedure/|web/desk/views/(worklist|letters)",
    "points": r"papers/glyphs|ledger/",
    "rank": r"cases/services/|jobs/lab|organs/|procedure/",
    "ranks": r"cases/services/reports|organs/selectors",
    "repeat": r"cases/links|cases/models/case|cases/services/(leaving|evaluation|linking)|oversight/selectors|insight/models"
    r"|web/desk/forms/linking",
    "repeats": r"cases/links",
    "rating": r"cases/models/steps|cases/services/evaluation|web/public/forms|config/demo/play",
    "repeated": r"cases/services/(handling|reviewing)",
    "risk": r"cases/services/oversight|procedure/guards|web/desk/forms/oversight",
    "grade": r"web/desk/forms/(leaving|papered)",
}
SAYS_NO = (
    "不给任何人打分、贴标签，不把信息交给无关的单位。",
    "从不针对信访人，也不给个人打分",
    "也不排名",
    "也没有排名",
    "不打分",
    "不排名",
)
"""Sentences that promise there is none."""
COUNTS = {
    "cases/reading.py": "how often officers looked, for the auditors of their organ",
    "cases/services/attaching.py": "how many files a case has",
    "letters/rotation.py": "letters sealed with each key",
    "cases/links.py": "the last number of a case's links",
    "oversight/selectors.py": "cases drawn and read, findings made and put right, of one inspection",
    "oversight/services/inspections.py": "the last number of an inspection's findings",
    "oversight/services/readings.py": "the last number of a case's second readings",
    "cases/services/consents.py": "the last number of a case's requests",
    "cases/services/walls.py": "the last number of a case's walls",
    "organs/rotation.py": "rows sealed with each key",
    "calls/sealing.py": "rows sealed with each key",
    "petitioners/rotation.py": "rows sealed with each key",
}
"""The files that let the database count or rank, and what they count."""
