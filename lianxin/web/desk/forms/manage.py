"""What the administrator's pages ask of organs, officers, posts and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lianxin.organs.models import Organ, OrganKind, OrganLevel
from lianxin.organs.policies import GRANTABLE
from lianxin.organs.services.csv_import import SIZE_LIMIT
from lianxin.organs.services.organs import Facts
from lianxin.organs.services.staff import Term
from lianxin.web.desk.forms.fields import DayField, PlaceField

CHOOSE = ("", _("请选择"))


def text(
    label: object, *, limit: int, required: bool = False, help_text: object = "", **attrs: object
) -> forms.CharField:
    """Return a one-line field with its own words for what is missing or too long."""
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=limit,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": _("请填写这一项"), "max_length": _("太长，最多 %(limit_value)d 字")},
    )


class WordForm(forms.Form):
    """The word a list is searched by."""

    q = text(_("名称、代码或登录名里的字"), limit=40)


class OrganForm(forms.Form):
    """What may be edited of an organ."""

    name = text(_("名称"), limit=100, required=True)
    short_name = text(_("简称"), limit=30, required=True)
    paper_prefix = text(_("文书代字"), limit=20, help_text=_("写在文书编号前，例如：安民信"))
    address = text(_("通信地址"), limit=200, help_text=_("印在文书上，信访人寄信用。"))
    postcode = text(_("邮政编码"), limit=6, inputmode="numeric")
    phone = text(_("电话"), limit=40, help_text=_("印在文书上，信访人可以打。"))
    hours = text(_("接待时间、地点"), limit=200)

    def __init__(
        self, data: Any = None, *, organ: Organ | None, on: date, parent: Organ | None = None
    ) -> None:
        kept = {} if organ is None else {name: getattr(organ, name) for name in OrganForm.base_fields}
        if organ is not None:
            kept["region"] = organ.region.full_name
        super().__init__(data, initial=kept)
        scope = (organ.parent or organ) if organ is not None else parent
        assert scope is not None  # noqa: S101 - one of the two is passed
        self.fields["region"] = PlaceField(
            organ=scope,
            on=on,
            label=_("所在区划"),
            help_text=_("全称或 6 位代码。"),
            initial=scope.region.full_name if organ is None else None,
            error_messages={"required": _("请填写所在区划")},
            widget=forms.TextInput(attrs={"list": "near-places", "autocomplete": "off"}),
        )

    def facts(self) -> Facts:
        """Return the valid form's facts as the service takes them."""
        names = (*OrganForm.base_fields, "region")
        return Facts(**{name: self.cleaned_data[name] for name in names})


class NewOrganForm(OrganForm):
    """A new organ: its facts, and its place in the tree, which is not edited later."""

    code = text(_("机构代码"), limit=32, required=True, help_text=_("字母、数字、横线；以后不能改。"))
    level = forms.ChoiceField(
        label=_("级别"), choices=[CHOOSE, *OrganLevel.choices], error_messages={"required": _("请选择级别")}
    )
    kind = forms.ChoiceField(
        label=_("性质"), choices=[CHOOSE, *OrganKind.choices], error_messages={"required": _("请选择性质")}
    )
    field_order = (
        "code",
        "name",
        "short_name",
        "level",
        "kind",
        "region",
        "valid_from",
        "paper_prefix",
        "address",
        "postcode",
        "phone",
        "hours",
    )

    def __init__(self, data: Any = None, *, parent: Organ, on: date) -> None:
        super().__init__(data, organ=None, on=on, parent=parent)
        self.fields["valid_from"] = DayField(label=_("设立日期"), initial=on)
        self.order_fields(self.field_order)

    def as_added(self) -> dict[str, Any]:
        """Return the valid form as the service's arguments."""
        return {
            "facts": self.facts(),
            **{name: self.cleaned_data[name] for name in ("code", "level", "kind", "valid_from")},
        }


class OrganChoiceField(forms.TypedChoiceField):
    """One of the organs given; the cleaned value is the organ."""

    def __init__(self, *, organs: Iterable[Organ], **kwargs: Any) -> None:
        self.by_pk = {str(organ.pk): organ for organ in organs}
        choices = [CHOOSE, *[(pk, organ.name) for pk, organ in self.by_pk.items()]]
        super().__init__(
            choices=choices,
            coerce=lambda pk: self.by_pk[str(pk)],
            error_messages={"required": _("请选择机构"), "invalid_choice": _("请在名单里选择机构")},
            **kwargs,
        )


class MoveForm(forms.Form):
    """The new superior of an organ."""

    def __init__(self, data: Any = None, *, targets: Sequence[Organ], organ: Organ) -> None:
        super().__init__(data, initial={"parent": str(organ.parent_id or "")})
        self.fields["parent"] = OrganChoiceField(label=_("新的上级机构"), organs=targets)


class EndForm(forms.Form):
    """The first day an organ is no more, and why."""

    note = text(_("说明"), limit=300, help_text=_("例如：并入哪个机构，文件名称。"))

    def __init__(self, data: Any = None, *, open_cases: int) -> None:
        super().__init__(data)
        self.open_cases = open_cases
        self.fields["on"] = DayField(label=_("撤销日期"), help_text=_("从这一天起不再使用。"))
        self.order_fields(("on", "note"))

    def clean(self) -> dict[str, Any]:
        """Refuse to end an organ that still has open cases."""
        if self.open_cases:
            raise forms.ValidationError(
                ngettext(
                    "还有 %(n)s 件没有办结。请先办结或者转送。",
                    "还有 %(n)s 件没有办结。请先办结或者转送。",
                    self.open_cases,
                )
                % {"n": self.open_cases}
            )
        return super().clean() or self.cleaned_data


class PostForm(forms.Form):
    """One post: organ, role, from when to when."""

    def __init__(self, data: Any = None, *, organs: Iterable[Organ], on: date) -> None:
        super().__init__(data)
        self.fields["organ"] = OrganChoiceField(label=_("机构"), organs=organs)
        self.fields["role"] = forms.ChoiceField(
            label=_("岗位"),
            choices=[CHOOSE, *[(role.value, role.label) for role in GRANTABLE]],
            error_messages={"required": _("请选择岗位"), "invalid_choice": _("请在名单里选择岗位")},
        )
        self.fields["starts_on"] = DayField(label=_("任职日期"), initial=on)
        self.fields["ends_on"] = DayField(
            label=_("离任日期（含当日）"), help_text=_("没有期限就不填。"), required=False
        )

    def as_granted(self) -> dict[str, Any]:
        """Return the valid form as the service's arguments."""
        data = self.cleaned_data
        return {
            "organ": data["organ"],
            "role": data["role"],
            "term": Term(data["starts_on"], data["ends_on"]),
        }


class NewStaffForm(PostForm):
    """A new officer with a first post."""

    username = text(
        _("登录名"),
        limit=40,
        required=True,
        help_text=_("小写字母、数字、点、横线，2 到 40 位。"),
        autocomplete="off",
        spellcheck="false",
    )
    name = text(_("姓名"), limit=40, required=True, autocomplete="off")

    def as_added(self) -> dict[str, Any]:
        """Return the valid form as the service's arguments."""
        return {
            **self.as_granted(),
            "username": self.cleaned_data["username"],
            "name": self.cleaned_data["name"],
        }


class EndPostForm(forms.Form):
    """The last day of a post."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"] = DayField(label=_("最后一日"))


class ImportForm(forms.Form):
    """A CSV file, of what, and whether only to try."""

    KINDS = (("organs", _("机构")), ("staff", _("人员（含第一个岗位）")), ("posts", _("岗位")))

    kind = forms.ChoiceField(
        label=_("导入什么"),
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择导入什么")},
    )
    file = forms.FileField(
        label=_("CSV 文件"),
        help_text=_("第一行是列名。最大 2 MB。"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("请选择文件"), "empty": _("文件是空的"), "invalid": _("请选择文件")},
    )
    dry_run = forms.BooleanField(label=_("先试一遍，不写入"), required=False, initial=True)

    def clean_file(self) -> UploadedFile[bytes]:
        """Return the file. Raises ValidationError for one too large."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > SIZE_LIMIT:
            raise forms.ValidationError(gettext("文件太大，最多 2 MB。请分成几个文件导入。"))
        return file
