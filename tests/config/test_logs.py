"""What the log on stderr says of faults of others and of our own."""

from __future__ import annotations

import io
import logging
import sys

from django.test import Client

from lianxin.config.logs import Line


def record(level: int) -> logging.LogRecord:
    try:
        raise ValueError("没有边界")
    except ValueError:
        return logging.LogRecord("site", level, __file__, 1, "不能读：%s", ("/follow/",), sys.exc_info())


def test_fault_of_a_stranger_is_one_line() -> None:
    line = Line().format(record(logging.WARNING))
    assert line.endswith("WARNING site 不能读：/follow/") and "\n" not in line


def test_fault_of_ours_keeps_its_frames() -> None:
    lines = Line().format(record(logging.ERROR)).splitlines()
    assert (
        lines[0].endswith("ERROR site 不能读：/follow/")
        and "Traceback" in lines[1]
        and "ValueError" in lines[-1]
    )


def test_form_without_boundary_is_refused_in_one_line(client: Client) -> None:
    said = io.StringIO()
    handler, logger = logging.StreamHandler(said), logging.getLogger("django.request")
    handler.setFormatter(Line())
    logger.addHandler(handler)
    try:
        answer = client.post("/follow/", data=b"x", content_type="multipart/form-data")
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 400
    assert len(said.getvalue().splitlines()) == 1 and "WARNING" in said.getvalue()
