"""What may be numbered about people's things, and which words mean something else here: lists that somebody else reads too.

`test_stat.py` fails on whatever is not listed.
"""

from __future__ import annotations

import re

NUMBERS: dict[str, dict[str, str]] = {
    "ledger.Event": {"facts": "what happened, by the kinds of the ledger"},
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
    "cases.CaseText": {"read_back": "was read to who dictated it"},
    "cases.Claim": {"step": "with which step it came"},
    "cases.Opening": {"fields": "names of the fields asked for"},
    "cases.CodeRenewal": {"checked": "names of the fields that were compared"},
    "cases.Attachment": {"size": "bytes", "step": "with which step it came"},
    "cases.WorkItem": {"bounced": "how often organs passed the case on"},
    "cases.Alert": {"order": "which of an organ's alerts comes first"},
    "cases.NumberCounter": {"last": "the last number of a place on a day"},
    "cases.Step": {"facts": "what the rulebook asks of the step"},
    "cases.Paper": {"content": "what is printed", "step": "with which step it came"},
    "cases.Evaluation": {
        "answered": "the petitioner's word on the office",
        "right": "the petitioner's word on the answer",
        "carried_out": "the petitioner's word on the office",
    },
    "cases.Wall": {"raised_step": "the step that raised it", "lifted_step": "the step that lifted it"},
}
"""Every number, truth value and free table of any model that is no key: by model and field, with the reason."""
PEOPLE = {
    "petitioners.Party": "case_id seq role given boxes suite key_id sealed_to wrapped_key",
    "petitioners.IdentityToken": "token case_id key_id",
    "petitioners.Draft": "id key_hash box suite key_id saved_at filed_at",
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
    "flag": "of settings, rules and archives", "flags": "of rules and of archives", "points": "of a font and of the log",
    "rank": "of organs in the administration", "ranks": "of organs in the administration", "repeat": "of an item, twice filed",
    "rating": "which petitioners give offices", "repeated": "an act that was done before",
    "risk": "of a calamity, reported upward without names (Art 34)", "grade": "of secrecy, of a paper",
    "repeats": "of an item, twice filed",
}  # fmt: skip
"""Words that mean something else here; `PLACES` says in which files."""
PLACES = {
    "flag": r"config/|files/|procedure/",
    "flags": r"config/commands/messages|procedure/|web/desk/views/worklist",
    "points": r"papers/glyphs|ledger/",
    "rank": r"cases/services/|jobs/lab|organs/|procedure/",
    "ranks": r"cases/services/reports|organs/selectors",
    "repeat": r"cases/links|cases/models/case|cases/services/(leaving|evaluation)",
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
    "cases/links.py": "the last number of a case's links",
    "cases/services/consents.py": "the last number of a case's requests",
    "cases/services/walls.py": "the last number of a case's walls",
    "organs/rotation.py": "rows sealed with each key",
    "petitioners/rotation.py": "rows sealed with each key",
}
"""The files that let the database count or rank, and what they count."""
