"""The same five questions for every act's page: works, rejects, other organ, wrong role, already done; and a replayed key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianxin.cases.models import Case, CaseText, Claim, Notice, Paper, Step, WorkItem
from lianxin.ledger.models import Entry
from tests.cast import Cast
from tests.security.twins import sent_with

CONTROL = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
TABLES = (Case, CaseText, Claim, Entry, Notice, Paper, Step, WorkItem)
FOREIGN = {
    "state": "closed_final",
    "organ": "5",
    "due": "2020-01-01",
    "is_staff": "on",
    "accepted_by": "1",
    "seq": "99",
    "created": "2020-01-01",
    "petitioner": "x",
    "holder": "5",
    "version": "99",
    "number": "X",
    "officer_id": "1",
}
"""Fields nobody asked for (MASS-01)."""


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Fail when more statements are sent inside, transaction control not counted."""
    with CaptureQueriesContext(connection) as seen:
        yield
    sent = [one["sql"] for one in seen.captured_queries if not one["sql"].upper().startswith(CONTROL)]
    assert len(sent) <= count, f"{len(sent)} statements:\n" + "\n".join(sql[:160] for sql in sent)


def everything() -> dict[str, list[object]]:
    """Return all rows of cases, to see that nothing was written."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


@dataclass(frozen=True)
class Round:
    """One act's page and who tries it: `who` may, `stranger` is of another organ, `wrong` has another role."""

    cast: Cast
    desk: Callable[[str], Client]
    case: Case
    page: str
    who: str
    data: Mapping[str, str]
    ends_in: str
    wrong: str = "han"
    stranger: str = "wai"
    key: str = "a-key-of-one-form-page"
    leaves: bool = False
    """The act gives the case to an organ this officer is not of."""

    @property
    def after(self) -> str:
        """Return where the act leads."""
        return "/desk/?done=" if self.leaves else f"/desk/case/{self.case.pk}/"

    @property
    def address(self) -> str:
        """Return the act's address."""
        return f"/desk/case/{self.case.pk}/{self.page}/"

    @property
    def sent(self) -> dict[str, str]:
        """Return what the form sends: its hidden marks and what was typed."""
        return {"key": self.key, "version": str(self.case.version), **self.data}

    def post(self, name: str, **changes: str) -> HttpResponse:
        """Send the form as somebody."""
        return self.desk(name).post(self.address, {**self.sent, **changes})

    def works(self) -> Case:
        """The page opens, the act is carried out, and the case is in its new state; foreign fields change no column (MASS-01)."""
        client = self.desk(self.who)
        shown = client.get(self.address)
        assert shown.status_code == 200, shown.content.decode()
        assert (
            shown.headers["Cache-Control"].startswith("max-age=0")
            or "no-store" in shown.headers["Cache-Control"]
        )
        asked = {*self.sent, *shown.context["form"].fields}
        foreign = {name: value for name, value in FOREIGN.items() if name not in asked}
        answer = sent_with(foreign, lambda more: client.post(self.address, {**self.sent, **more}))
        assert answer.status_code == 302, answer.content.decode()
        assert answer.headers["Location"].startswith(self.after)
        done = Case.objects.get(pk=self.case.pk)
        assert (done.state, done.version, done.number) == (
            self.ends_in,
            self.case.version + 1,
            self.case.number,
        )
        return done

    def replayed_key_does_not_double(self) -> None:
        """The same form sent twice ends at the same page and is done once (CONC-02)."""
        assert self.post(self.who).status_code == 302
        before = everything()
        again = self.post(self.who)
        assert again.status_code == (404 if self.leaves else 302)
        assert self.leaves or again.headers["Location"].startswith(self.after)
        assert everything() == before

    def rejects(self, *names: str) -> None:
        """An empty form is refused with the fields named, nothing is written, what was typed stays."""
        before = everything()
        answer = self.desk(self.who).post(self.address, {})
        assert answer.status_code == 422
        errors = dict(answer.context["form"].errors)
        assert set(names) <= set(errors), errors
        assert everything() == before

    def get_writes_nothing(self) -> None:
        """Opening the page changes no row of any case; other methods are refused (CSRF-01, AZ-17)."""
        before, client = everything(), self.desk(self.who)
        assert client.get(self.address, self.data).status_code == 200
        for method in (client.put, client.delete, client.patch, client.options):
            assert method(self.address).status_code == 405
        assert client.get(self.address + ".json").status_code == 404
        assert Client(enforce_csrf_checks=True).post(self.address, self.data).status_code == 403
        assert everything() == before

    def other_organ(self) -> None:
        """For another organ the case is not there: the same answer as for a case that is not."""
        before, client = everything(), self.desk(self.stranger)
        for call in (client.get, client.post):
            found, missing = call(self.address), call(self.address.replace(str(self.case.pk), "123456789"))
            assert (found.status_code, missing.status_code) == (404, 404)
            assert self.bare(found) == self.bare(missing)
        assert everything() == before

    def wrong_role(self) -> None:
        """An officer of the same organ with another role is told who may; nothing is written."""
        before = everything()
        assert self.desk(self.wrong).get(self.address).status_code == 409
        answer = self.post(self.wrong)
        assert answer.status_code in (409, 422)
        assert everything() == before

    def already_done(self) -> None:
        """After the act its page says what the case stands at and who did it; nothing is written twice (CONC-01)."""
        assert self.post(self.who).status_code == 302
        before, now = everything(), str(Case.objects.get(pk=self.case.pk).version)
        page = self.desk(self.who).get(self.address)
        assert page.status_code == 409
        for version in (str(self.case.version), now):
            second = self.post(self.who, key="another-key-of-another-page", version=version)
            assert second.status_code == 409
            if self.data:
                assert second.context["form"].data
            assert self.cast.staff[self.who].name in second.content.decode()
            assert second.context["version"] == now
        assert everything() == before

    @staticmethod
    def bare(answer: HttpResponse) -> str:
        """Return a page without its one-time tokens and its own address."""
        return re.sub(r'value="[^"]*"', "", answer.content.decode())
