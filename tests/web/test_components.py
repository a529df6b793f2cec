"""Components: every example is drawn; nothing unsafe, unstyled, undescribed or too heavy is shipped."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import asdict
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from lianxin.web import gallery
from lianxin.web.gallery import Example, GalleryError, components, sample_form
from lianxin.web.rings import Ring
from lianxin.web.widgets import DateParts

WEB = Path(gallery.__file__).parent
VENDOR = WEB / "static/vendor/govuk"
SHEETS = [WEB / "static/lx" / name for name in ("lx.css", "lx-desk.css", "lx-print.css")]
TEMPLATES = sorted(WEB.rglob("*.html"))
EXAMPLES = [example for component in components() for example in component.examples]
VOID = {"input", "img", "br", "hr", "meta", "link", "circle", "path"}
HOSTILE = '<b onclick="x">&'


class Outline(HTMLParser):
    """Follows opening and closing tags; remembers ids, attributes and what does not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.pointed: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("for", "aria-describedby", "aria-controls"):
                self.pointed += (value or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def named(example: Example) -> str:
    return f"{example.component}: {example.name}"


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_example_is_drawn_with_what_it_promises(example: Example) -> None:
    html = example.html()
    outline = Outline(html)
    assert [part for part in example.html_has if part not in html] == []
    assert (outline.wrong, outline.open) == ([], [])
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.pointed) <= set(outline.ids)
    assert not {name for name in outline.attributes if name == "style" or name.startswith("on")}


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_required_parameters_alone_are_enough(example: Example) -> None:
    required = {
        param.name
        for component in components()
        if component.name == example.component
        for param in component.params
        if param.required
    }
    values = {name: value for name, value in example.parameters().items() if name in required}
    assert render_to_string(f"components/{example.component}/template.html", values).strip()


@pytest.mark.parametrize("example", [e for e in EXAMPLES if not e.form], ids=named)
def test_what_people_typed_is_escaped(example: Example) -> None:
    spoiled = {name: _spoil(value) for name, value in example.context.items()}
    html = render_to_string(f"components/{example.component}/template.html", spoiled)
    assert "<b onclick" not in html
    assert "onclick" not in Outline(html).attributes


def _spoil(value: Any) -> Any:
    if isinstance(value, str):
        return value + HOSTILE
    if isinstance(value, list):
        return [_spoil(one) for one in value]
    if isinstance(value, dict):
        return {name: _spoil(one) for name, one in value.items()}
    return value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('about = "x"\nparam = 1\n', "the file has unknown key(s) ['param']"),
        (
            'about = "x"\n[params]\na = { required = true, abuot = "x" }\n',
            "parameter 'a' has unknown key(s) ['abuot']",
        ),
        (
            'about = "x"\n[params]\n[[example]]\nname = "n"\nhtml_has = []\ncontext = {}\nhtml = "x"\n',
            "example 'n' has unknown key(s) ['html']",
        ),
        (
            'about = "x"\n[params]\n[[example]]\nname = "n"\nhtml_has = []\ncontext = { b = 1 }\n',
            "context of 'n' has unknown key(s) ['b']",
        ),
        (
            'about = "x"\n[params]\na = { required = true, about = "x" }\n'
            '[[example]]\nname = "n"\nhtml_has = []\ncontext = {}\n',
            "example 'n' lacks ['a']",
        ),
        ('about = "x"\n[params]\n', "no example"),
    ],
)
def test_wrong_description_is_refused_with_file_and_key(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "thing.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GalleryError, match=re.escape(f"thing.toml: {complaint}")):
        gallery.load(path)


def test_missing_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match=r"thing\.toml: the component has no description"):
        gallery.load(tmp_path / "thing.toml")


def test_gallery_page_shows_every_component() -> None:
    html = gallery.gallery(RequestFactory().get("/gallery/")).content.decode()
    assert [one.name for one in components() if f'id="{one.name}"' not in html] == []


def test_page_title_tells_of_errors() -> None:
    page = engines["django"].from_string('{% extends "base.html" %}{% block title %}登记{% endblock %}')
    assert "<title>错误：登记 - " in page.render({"form": sample_form("wrong")})
    assert "<title>登记 - " in page.render({"form": sample_form("blank")})
    assert "<title>登记 - " in page.render({})


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(WEB)))
def test_templates_are_safe_and_without_inline_code(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    forbidden = r"\|\s*safe\b|autoescape off|<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|https?://"
    assert re.findall(forbidden, text) == []


def test_every_block_and_modifier_of_ours_has_a_style() -> None:
    """An element may inherit all it needs; a block or a modifier without a rule is a misspelling."""
    styled = set(
        re.findall(r"\.(lx-[a-z0-9_-]+)", "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS))
    )
    used = {
        name
        for template in sorted((WEB / "components").rglob("*.html"))
        for name in re.findall(r'(?<=[\s"}])(lx-[a-z0-9_-]+)(?=[\s"{])', template.read_text(encoding="utf-8"))
        if not name.endswith("-") and ("__" not in name or "--" in name)
    }
    assert used - styled == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_style_sheets_keep_to_the_rules(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "@import" not in text
    assert "url(" not in text
    selectors = [one.strip() for block in re.findall(r"([^{}]+)\{", text) for one in block.split(",")]
    selectors = [one for one in selectors if not one.startswith("@")]
    assert [one for one in selectors if re.search(r"#[a-zA-Z]", one)] == []
    assert [one for one in selectors if len(re.split(r"[\s>+~]+", re.sub(r"\([^)]*\)", "", one))) > 3] == []


CONTRASTS = [
    ("ink", "paper"), ("quiet", "paper"), ("quiet", "ground"), ("quiet", "brand-soft"), ("quiet", "warm"),
    ("quiet", "red-soft"), ("brand", "paper"), ("brand", "brand-soft"), ("paper", "brand"), ("paper", "red"),
    ("green", "green-soft"), ("amber", "amber-soft"), ("amber", "warm"), ("red", "red-soft"), ("red", "paper"),
    ("focus-ink", "focus"), ("red", "warm"), ("green", "brand-soft"),
]  # fmt: skip


@pytest.mark.parametrize(("ink", "ground"), CONTRASTS)
def test_text_colours_have_enough_contrast(ink: str, ground: str) -> None:
    """WCAG 2 AA asks for 4.5 to 1."""
    found = dict(re.findall(r"--lx-([a-z-]+): (#[0-9a-f]{6});", SHEETS[0].read_text(encoding="utf-8")))
    light, dark = sorted((_luminance(found[ink]), _luminance(found[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_vendored_files_are_the_ones_that_were_built() -> None:
    lines = (VENDOR / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    for line in lines:
        digest, name = line.split()
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_restricted_typeface_and_arms_are_not_shipped() -> None:
    sheet = (VENDOR / "govuk-frontend.min.css").read_text(encoding="utf-8").lower()
    assert [word for word in ("gds transport", "@font-face", "crest", "crown", "url(") if word in sheet] == []
    assert "Crown Copyright" in (VENDOR / "LICENSE.txt").read_text(encoding="utf-8")


def test_furniture_of_a_page_is_light() -> None:
    """A page may weigh 100 kB before pictures; its style and script take less than 35 kB of that."""
    shipped = [*SHEETS, *VENDOR.glob("*.min.*"), WEB / "static/lx/favicon.svg"]
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in shipped) < 35_000


def test_design_document_names_every_component_and_parameter() -> None:
    text = (WEB.parents[1] / "docs/explanation/design.md").read_text(encoding="utf-8")
    parts = {part.split("\n", 1)[0]: part for part in text.split("\n### ")[1:]}
    assert set(parts) == {component.name for component in components()}
    missing = [
        (component.name, param.name)
        for component in components()
        for param in component.params
        if f"- `{param.name}`" not in parts[component.name]
    ]
    assert missing == []


class DayForm(forms.Form):
    day = forms.DateField(widget=DateParts)


@pytest.mark.parametrize(
    ("year", "month", "day", "found"),
    [
        ("2026", "5", "8", "2026-05-08"),
        (" 2026 ", "05", "08", "2026-05-08"),
        ("２０２６", "５", "８", "2026-05-08"),
        ("2026-05-08", "", "", "2026-05-08"),
        ("2026年5月8日", "", "", "2026-05-08"),
        ("2026/5/8", "", "", "2026-05-08"),
    ],
)
def test_three_boxes_make_a_date(year: str, month: str, day: str, found: str) -> None:
    form = DayForm({"day_year": year, "day_month": month, "day_day": day})
    assert form.is_valid()
    assert form.cleaned_data["day"].isoformat() == found


@pytest.mark.parametrize(
    "typed", [("二〇二六", "3", ""), ("2026", "2", "30"), ("", "", "8"), ("26-1", "x-y", "<b>")]
)
def test_what_is_not_a_date_stays_in_the_boxes(typed: tuple[str, str, str]) -> None:
    form = DayForm(dict(zip(("day_year", "day_month", "day_day"), typed, strict=True)))
    assert not form.is_valid()
    html = render_to_string("components/form_field/template.html", {"field": form["day"]})
    for part in typed:
        shown = part.replace("-", " ").replace("<b>", "&lt;b&gt;")
        assert not part or f'value="{shown}"' in html


def test_empty_boxes_are_no_date() -> None:
    assert DateParts().value_from_datadict({}, {}, "day") == ""


class OddForm(forms.Form):
    """Fields as other pages may build them: nothing to choose from, groups, several files, a hidden one."""

    none = forms.ChoiceField(choices=[])
    nobody = forms.ChoiceField(choices=[], widget=forms.RadioSelect)
    grouped = forms.ChoiceField(
        choices=[("社会救助", [("low", "低保")])], widget=forms.Select(attrs={"class": "govuk-select"})
    )
    several = forms.FileField(widget=forms.ClearableFileInput(attrs={"accept": ".pdf"}))
    key = forms.CharField(widget=forms.HiddenInput, initial="k1")
    due_on = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    limited = forms.CharField(max_length=10, widget=forms.Textarea(attrs={"lang": "zh-hans"}))


@pytest.mark.parametrize(
    ("name", "extra", "expected"),
    [
        ("none", {}, '<select class="govuk-select" id="id_none"'),
        ("nobody", {}, '<div class="govuk-radios">'),
        ("grouped", {"grouped": True}, '<optgroup label="社会救助">'),
        ("several", {}, 'type="file" accept=".pdf"'),
        ("key", {}, '<input type="hidden" name="key" value="k1" id="id_key">'),
        ("due_on", {}, 'type="date"'),
        ("limited", {}, 'rows="8" lang="zh-hans">'),
    ],
)
def test_other_widgets_are_drawn(name: str, extra: dict[str, bool], expected: str) -> None:
    html = render_to_string("components/form_field/template.html", {"field": OddForm()[name], **extra})
    assert expected in html
    assert "maxlength" not in html


@pytest.mark.parametrize("days", [-12, -1, 0, 1, 4, 5, 60])
@pytest.mark.parametrize("working", [True, False])
@pytest.mark.parametrize("state", ["running", "paused", "stopped"])
@pytest.mark.parametrize("size", ["", "small"])
def test_ring_is_the_same_from_an_object_and_from_values(
    days: int, working: bool, state: str, size: str
) -> None:
    ring = Ring(days, max(days, 0), working, "办理期限", date(2026, 7, 7), state)
    quick, worked_out = (
        re.sub(r">\s+<", "><", render_to_string("components/clock_ring/template.html", values).strip())
        for values in ({"clock": ring, "size": size}, {"clock": asdict(ring), "size": size})
    )
    assert quick == worked_out


def test_dates_follow_the_language() -> None:
    values = {"nothing": "", "ruler": True, "items": [{"title": "受理", "on": date(2026, 5, 8)}]}
    with translation.override("en"):
        html = render_to_string("components/timeline/template.html", values)
    assert "May 8, 2026" in html
    assert "May 2026" in html
