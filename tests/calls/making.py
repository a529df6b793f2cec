"""Makes calls for the tests. Numbers are invented."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lianxin.calls import services
from lianxin.calls.models import Call, CallBack
from lianxin.calls.services import Promise
from tests.cast import Cast, key, on

DAY = "2026-06-01"
NUMBER = "13900000077"


def promise(cast: Cast, **changes: Any) -> Promise:
    """Return a promise to call back this afternoon."""
    values: dict[str, Any] = {
        "due_at": on(DAY, 16).at,
        "about": "告知低保停发的核查结果",
        "staff": cast.staff["ran"],
        "number": NUMBER,
        **changes,
    }
    return Promise(**values)


def consulted(cast: Cast, *, who: str = "ran", day: str = DAY, **changes: Any) -> Call:
    """Return a consultation taken in the morning."""
    values: dict[str, Any] = {
        "answer": "到户籍所在地的乡镇申请。",
        "category": "0101",
        "shown": (),
        "key": key(),
        "when": on(day),
        **changes,
    }
    return services.consulted(cast.actor(who), **values)


def promised(cast: Cast, *, hours: int = 7, **changes: Any) -> CallBack:
    """Return a promise made in the morning, due some hours later."""
    due_at = on(DAY).at + timedelta(hours=hours)
    call = consulted(cast, promise=promise(cast, due_at=due_at, **changes))
    return CallBack.objects.get(call_id=call.id)
