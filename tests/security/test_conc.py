"""CONC: tries sent at the same instant from many sides are counted one by one, and a code opens one door."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from django.db import OperationalError, connection

from lianxin.organs import second_factor, throttle
from lianxin.organs.accounts import Origin
from lianxin.organs.models import Account, Budget, Staff
from lianxin.organs.second_factor import Checked
from lianxin.organs.throttle import ACCOUNT, NETWORK, PAIR, Source
from tests.security.conftest import START

T = TypeVar("T")
ROUNDS, AT_ONCE = 5, 6


def carried_out(act: Callable[[], T]) -> T:
    """Return what it gives; sent again while SQLite in memory, which knows no waiting, says that it is locked."""
    while True:
        try:
            return act()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.01)


def together(act: Callable[[], T]) -> list[T]:
    """Return what several threads get that begin at the same instant, each with its own connection."""
    gate, found, failed = threading.Barrier(AT_ONCE), [], []

    def run() -> None:
        gate.wait()
        try:
            found.append(carried_out(act))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
    return found


@pytest.mark.django_db(transaction=True)
def test_auth_01_guesses_at_one_instant_do_not_slip_through() -> None:
    for n in range(ROUNDS):
        sources = [Source(PAIR, f"pair{n}"), Source(NETWORK, f"net{n}"), Source(ACCOUNT, f"account{n}")]
        waits = together(lambda given=sources: throttle.spend(given, at=START))  # type: ignore[misc]
        assert waits.count(None) == min(PAIR.free, AT_ONCE)


@pytest.mark.django_db(transaction=True)
def test_mfa_02_one_code_never_opens_two_doors() -> None:
    staff = Staff.objects.create(id=1, username="ran", name="冉登记")
    sealed = second_factor.new_secret(1)
    secret, step = base64.b32decode(second_factor.shown(sealed, 1)), int(START.timestamp()) // 30
    codes = second_factor.turn_on(
        staff, sealed, second_factor.code_at(secret, step - 1), at=START, origin=Origin()
    )
    for n in range(ROUNDS):
        for typed in (second_factor.code_at(secret, step), codes[n]):
            Account.objects.update(totp_step=step - 1)
            Budget.objects.all().delete()
            found: list[Checked] = together(
                lambda given=typed: second_factor.check(1, given, at=START, origin=Origin())  # type: ignore[misc]
            )
            assert [one.right for one in found].count(True) <= 1
