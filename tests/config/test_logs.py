"""What the log on stderr says of faults of others and of our own."""

from __future__ import annotations

import logging
import sys

import pytest

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


def test_form_without_boundary_is_refused_in_one_line(client, capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line())
    logging.getLogger("django.request").addHandler(handler)
    try:
        answer = client.post("/follow/", data=b"x", content_type="multipart/form-data")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    said = capsys.readouterr().err
    assert answer.status_code == 400 and "WARNING" in said and "Traceback" not in said
