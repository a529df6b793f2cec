"""Handing in material in a real browser, with script and without, and looking at it at the desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.cast import STORY
from tests.files import samples
from tests.journeys.browsing import Visitor
from tests.journeys.test_main_path import Officer, file_petition, follow

PHOTO = {"name": "停发通知.jpg", "mimeType": "image/jpeg", "buffer": samples.photograph()}
PAPER = {"name": "证明.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(pages=2)}
WRONG = {"name": "发票.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\0" + b"\0" * 99}


@pytest.mark.parametrize("javascript", [True, False])
def test_material_goes_with_a_draft(site: str, browser: Browser, width: int, javascript: bool) -> None:
    with Visitor(browser, site, width=width, javascript=javascript) as citizen:
        citizen.go("/file/")
        citizen.send()
        citizen.fill(story=STORY)
        citizen.send()
        citizen.fill(claims="恢复发放低保金")
        citizen.send()
        citizen.go("/file/material/")
        citizen.page.locator('[name="uploads"]').set_input_files([PHOTO, WRONG])  # type: ignore[list-item]
        citizen.press("上传，再加几个")
        citizen.sees("“发票.pdf”这种文件收不了", "停发通知.jpg", "已检查格式")
        citizen.page.locator('[name="photos"]').set_input_files([PHOTO])  # type: ignore[list-item]
        citizen.press("保存，下一步")
        assert citizen.page.url.endswith("/file/kind/")
        citizen.go("/file/material/")
        citizen.press("去掉 停发通知.jpg")
        assert citizen.page.locator('[name="remove"]').count() == 1


def test_material_added_later_is_looked_at(site: str, browser: Browser, width: int, visitor: Visitor) -> None:
    number, code = file_petition(visitor)
    follow(visitor, number, code, "还没有交过照片、文件")
    visitor.press("补充照片、文件等材料")
    visitor.send("")
    visitor.sees("没有添加任何材料")
    visitor.page.locator('[name="uploads"]').set_input_files([PHOTO, PAPER])  # type: ignore[list-item]
    visitor.press("提交材料")
    visitor.sees("停发通知.jpg", "证明.pdf", "您补充了材料")
    officer = Officer(browser, site, width, "shi")
    officer.open(number)
    officer.visitor.sees("停发通知.jpg", "证明.pdf")
    officer.visitor.press("看预览 证明.pdf")
    drawn = officer.visitor.page.locator("img").evaluate_all("all => all.map(one => one.naturalWidth)")
    assert len(drawn) == 2 and min(drawn) > 100, drawn
    with officer.visitor.page.expect_download() as saved:
        officer.visitor.page.get_by_role("link", name="另存到本机").click()
    assert saved.value.suggested_filename == "证明.pdf"
    assert saved.value.path().read_bytes() == PAPER["buffer"]
    officer.visitor.go(officer.case.removeprefix(site).rstrip("/") + "/add-material/")
    officer.visitor.page.locator('[name="uploads"]').set_input_files([PAPER])  # type: ignore[list-item]
    officer.visitor.press("补充材料")
    officer.visitor.sees("已办理“补充材料”")
    officer.visitor.__exit__(None, None, None)
