"""The only place that reads the components' descriptions: for the gallery page and for the tests.

A description is `components/<name>/<name>.toml`: `about`, `params`, and examples to be
drawn. Anything unknown in it is refused with file and key.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from lianxin.web.widgets import DateParts, Hinted

FOLDER = Path(__file__).parent / "components"

_TOP = {"about", "params", "example"}
_PARAM = {"required", "about"}
_EXAMPLE = {"name", "html_has", "context", "form", "field"}


class GalleryError(Exception):
    """A component's description is wrong; names the file and the key."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a component."""

    name: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Example:
    """One drawing of a component, and strings its HTML must hold.

    `form` ("blank" or "wrong") puts the sample form into the context, and with `field`
    that one field of it: a bound field cannot be written in TOML.
    """

    component: str
    name: str
    html_has: tuple[str, ...]
    context: dict[str, Any]
    form: str = ""
    field: str = ""

    def html(self) -> str:
        """Return the component drawn with this example's parameters."""
        return render_to_string(f"components/{self.component}/template.html", self.parameters())

    def parameters(self) -> dict[str, Any]:
        """Return the whole context, sample form included."""
        if not self.form:
            return dict(self.context)
        form = sample_form(self.form)
        return {**self.context, **({"field": form[self.field]} if self.field else {"form": form})}


@dataclass(frozen=True, slots=True)
class Component:
    """A component's description: what it shows, its parameters, its examples."""

    name: str
    about: str
    params: tuple[Param, ...]
    examples: tuple[Example, ...]


class SampleForm(forms.Form):
    """A form with one field of each kind; its words are invented."""

    story = forms.CharField(
        label="反映的事情",
        help_text="不用写公文，像当面说话一样写就可以。",
        widget=forms.Textarea,
        error_messages={"required": "请写明您反映的事情"},
    )
    purpose = forms.ChoiceField(
        label="信访目的",
        help_text="选择最接近的一项；选错不影响受理。",
        widget=forms.RadioSelect,
        choices=[
            ("solve", Hinted("申请解决问题", "例如：低保、特困供养、临时救助、养老服务")),
            ("appeal", Hinted("申诉", "不服已有的处理")),
            ("advise", "提出意见建议"),
        ],
        initial="solve",
    )
    place = forms.ChoiceField(
        label="事情发生地",
        required=False,
        choices=[("", "请选择"), ("510724", "绵阳市安州区"), ("510703", "绵阳市涪城区")],
    )
    since = forms.DateField(
        label="从哪天开始的",
        help_text="例如 2026 年 3 月 8 日",
        widget=DateParts,
        error_messages={"invalid": "日期请用数字写，例如 2026 年 3 月 8 日"},
    )
    phone = forms.RegexField(
        r"\+?\d[\d ]{5,18}",
        label="联系电话",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"invalid": "电话号码只写数字，例如 010-5812 3114 写成 01058123114"},
    )
    channels = forms.MultipleChoiceField(
        label="怎样告诉您进展",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("sms", Hinted("短信", "不会写出您反映的事情")), ("mail", "电子邮件"), ("post", "邮寄信件")],
        initial=["sms"],
    )
    sum = forms.IntegerField(label="涉及金额", required=False)
    evidence = forms.FileField(
        label="上传材料",
        help_text="照片或 PDF，每份不超过 20 MB。",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,.pdf"}),
    )
    secret = forms.CharField(
        label="密码", required=True, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    agree = forms.BooleanField(label="我已核对，以上内容属实", error_messages={"required": "请核对后勾选"})

    def clean(self) -> dict[str, Any]:
        """Add an error that belongs to no field, as a refused act does."""
        self.add_error(None, "这件事项刚刚被同事办理过，请看最新情况。")
        return self.cleaned_data


def sample_form(kind: str) -> SampleForm:
    """Return the sample form, "blank" or "wrong" (sent with mistakes in it)."""
    if kind == "blank":
        return SampleForm()
    sent = {"phone": "12345 转 6", "since_year": "二〇二六", "since_month": "3", "purpose": "appeal"}
    return SampleForm(sent)


@cache
def components() -> tuple[Component, ...]:
    """Return every component, by name. Raises GalleryError on an unknown key."""
    return tuple(
        load(folder / f"{folder.name}.toml") for folder in sorted(FOLDER.iterdir()) if folder.is_dir()
    )


def load(path: Path) -> Component:
    """Return the component described in `path`. Raises GalleryError naming file and key."""
    if not path.exists():
        raise GalleryError(f"{path.name}: the component has no description")
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    _refuse_unknown(path, "the file", data, _TOP)
    params = []
    for name, entry in data.get("params", {}).items():
        _refuse_unknown(path, f"parameter {name!r}", entry, _PARAM)
        params.append(Param(name=name, required=entry["required"], about=entry["about"]))
    examples = tuple(_example(path, entry, params) for entry in data.get("example", []))
    if not examples:
        raise GalleryError(f"{path.name}: no example")
    return Component(name=path.stem, about=data["about"], params=tuple(params), examples=examples)


def _example(path: Path, entry: dict[str, Any], params: list[Param]) -> Example:
    _refuse_unknown(path, f"example {entry.get('name')!r}", entry, _EXAMPLE)
    example = Example(
        component=path.stem,
        name=entry["name"],
        html_has=tuple(entry["html_has"]),
        context=entry["context"],
        form=entry.get("form", ""),
        field=entry.get("field", ""),
    )
    given = set(example.context) | ({"field"} if example.field else {"form"} if example.form else set())
    _refuse_unknown(path, f"context of {example.name!r}", given, {param.name for param in params})
    if missing := sorted(param.name for param in params if param.required and param.name not in given):
        raise GalleryError(f"{path.name}: example {example.name!r} lacks {missing}")
    return example


def _refuse_unknown(path: Path, where: str, found: set[str] | dict[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(found) - known):
        raise GalleryError(f"{path.name}: {where} has unknown key(s) {unknown}")


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component with its parameters and examples."""
    return render(request, "gallery.html", {"components": components()})
