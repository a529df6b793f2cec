"""The only place that compares the clock of this machine with the database's.

Legal time is the machine's, taken once per request; the database's own time only says in which order rows came to the log.
Both should agree: a machine whose clock is wrong dates what people file wrongly.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import connection

MOST = timedelta(minutes=2)
EPOCH = {
    "postgresql": "SELECT EXTRACT(EPOCH FROM clock_timestamp())",
    "sqlite": "SELECT strftime('%s', 'now')",
}


def difference() -> timedelta:
    """Return how far this machine's clock is ahead of the database's, to a second or so; less than nothing when behind."""
    with connection.cursor() as cursor:
        cursor.execute(EPOCH[connection.vendor])
        theirs = float(cursor.fetchone()[0])
    return timedelta(seconds=round(time.time() - theirs))


def alarm() -> str:
    """Return the sentence for clocks that differ by more than `MOST`, "" when they agree."""
    apart = difference()
    if abs(apart) <= MOST:
        return ""
    way = "快" if apart > timedelta(0) else "慢"
    return (
        f"本机的时钟比数据库的{way} {abs(apart)}（时:分:秒）。收件日期和期限按本机的时钟计算，"
        "请核对两台机器的时间同步（NTP）。"
    )
