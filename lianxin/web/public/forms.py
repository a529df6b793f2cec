"""The only place for the forms of the public site. What was typed is kept as typed; it is judged as it will be stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianxin.cases import numbers
from lianxin.cases.models import Evaluation
from lianxin.cases.services.intake import BODY_LIMIT
from lianxin.cases.services.walls import LINE_LIMIT, NAMED_AT_MOST
from lianxin.cases.texts import normalised, one_line, plain_code
from lianxin.web.widgets import Hinted

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CLAIM_LIMIT = 500
CLAIMS = 20
NAME_LIMIT = 50
ADDRESS_LIMIT = 200
WORDS_LIMIT = 2_000
AVOID_LIMIT = (LINE_LIMIT + 1) * NAMED_AT_MOST
PHONE = re.compile(r"\+?\d{5,20}")
PLAIN = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
Text: TypeAlias = "str | _StrPromise"
Choices: TypeAlias = "Sequence[tuple[str, Text | Hinted]]"


class Words(forms.CharField):
    """Text in someone's own words: returned as typed, without characters no database can keep."""

    def __init__(self, *, limit: int, missing: Text = "", several_lines: bool = False, **kwargs: Any) -> None:
        self.limit = limit
        self.missing = missing
        self.stored = normalised if several_lines else one_line
        if several_lines:
            kwargs["widget"] = forms.Textarea
        super().__init__(strip=False, required=bool(missing), **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the typed text; a NUL, which no person types, is left out."""
        return str(super().to_python(value)).replace("\x00", "")

    def validate(self, value: Any) -> None:
        """Raise for a text of blanks alone where one is needed, and for one that is too long."""
        length = len(self.stored(value))
        if self.required and not length:
            raise ValidationError(str(self.missing))
        if length > self.limit:
            raise ValidationError(
                _("您写了 %(n)d 字，这里最多 %(limit)d 字，请删去 %(over)d 字。"),
                params={"n": length, "limit": self.limit, "over": length - self.limit},
            )


class Phone(Words):
    """A telephone number in any shape people write it: blanks, dashes, full-width digits."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": kwargs.pop("autocomplete", "tel")}
        )
        super().__init__(limit=40, widget=widget, **kwargs)

    def validate(self, value: Any) -> None:
        """Raise for what is not a telephone number."""
        super().validate(value)
        digits = plain_code(value).replace("(", "").replace(")", "")
        if digits and not PHONE.fullmatch(digits):
            raise ValidationError(_("电话号码只写数字，例如 13800001111 或 010-58123114。没有电话可以不填。"))


def choice(label: Text, missing: Text, choices: Choices, *, hint: Text = "") -> forms.ChoiceField:
    """Return one choice out of a few, with a sentence for none and for one that is not in the list."""
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": missing, "invalid_choice": _("请从下面列出的选项中选择一项。")},
    )


class Story(forms.Form):
    """What happened, in one's own words."""

    story = Words(
        label=_("请说说发生了什么事"),
        help_text=_("不用写公文，像当面说话一样写就可以：什么时候、在哪里、谁、怎么回事，您找过谁。"),
        missing=_("请写明发生了什么事。一两句话也可以。"),
        limit=BODY_LIMIT,
        several_lines=True,
    )


class Claims(forms.Form):
    """What is asked for, one request a line."""

    claims = Words(
        label=_("您希望怎样解决"),
        help_text=_("一行写一件。例如：恢复发放低保金；补发三个月的低保金；书面说明停发的原因。"),
        missing=_("请写明您希望怎样解决。不知道怎么写，可以写“请依法处理”。"),
        limit=CLAIM_LIMIT * CLAIMS,
        several_lines=True,
    )

    def clean_claims(self) -> str:
        """Return the requests; each must fit on the paper that will answer it."""
        typed: str = self.cleaned_data["claims"]
        rows = claims_in(typed)
        if len(rows) > CLAIMS:
            raise ValidationError(
                _("您写了 %(n)d 件，最多 %(limit)d 件，请合并几件。"),
                params={"n": len(rows), "limit": CLAIMS},
            )
        for count, row in enumerate(rows, start=1):
            if len(row) > CLAIM_LIMIT:
                raise ValidationError(
                    _("第 %(count)d 件有 %(n)d 字，每件最多 %(limit)d 字。经过可以写在上一页。"),
                    params={"count": count, "n": len(row), "limit": CLAIM_LIMIT},
                )
        return typed


def claims_in(typed: str) -> list[str]:
    """Return the requests of a text, one a line, without empty lines."""
    return [row for row in (one_line(line) for line in normalised(typed).split("\n")) if row]


class Kind(forms.Form):
    """Which of the three kinds it is; a wrong choice does no harm."""

    kind = choice(
        _("这件事属于哪一种"),
        _("请选择最接近的一项；选错了没有关系，工作人员会核对。"),
        [
            (
                "claim",
                Hinted(_("请帮我解决一件事"), _("申诉求决：例如低保、救助金、养老院收费、婚姻登记出了问题")),
            ),
            (
                "report",
                Hinted(_("有人违纪违法"), _("检举控告：会密封移送有权机关，被反映的单位和个人看不到")),
            ),
            ("suggestion", Hinted(_("我有建议"), _("建议意见：希望政策、服务或者工作怎样改进"))),
        ],
        hint=_("选最接近的一项就可以，选错不影响受理。"),
    )


class Who(forms.Form):
    """Named, anonymous, or written by a helper."""

    who = choice(
        _("您愿意留下姓名吗"),
        _("请选择一项。不想留姓名，可以选“不留姓名”。"),
        [
            (
                "self",
                Hinted(
                    _("留下我的姓名"),
                    _("方便书面答复您、向您核实。只有办理这件事的人能看到，每看一次都有记录，您可以查。"),
                ),
            ),
            (
                "helper",
                Hinted(
                    _("我替别人填写"), _("例如替父母、邻居、村民填写。两个人的姓名都可以写上，各有各的权利。")
                ),
            ),
            (
                "anonymous",
                Hinted(
                    _("不留姓名"),
                    _("照样登记、办理，凭编号和查询码查结果。但无法向您核实，也无法把书面答复送给您。"),
                ),
            ),
        ],
    )


class Contact(forms.Form):
    """How to reach the petitioner; and the helper, where there is one."""

    name = Words(
        label=_("您的姓名"),
        limit=NAME_LIMIT,
        missing=_("请写姓名；不想写的，请返回上一页改选“不留姓名”。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = Phone(label=_("您的电话"), help_text=_("手机或座机都可以，用来向您核实情况。"))
    address = Words(
        label=_("您的住址"),
        help_text=_("用来邮寄书面答复。"),
        limit=ADDRESS_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    helper_name = Words(
        label=_("代填人（您自己）的姓名"),
        limit=NAME_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    helper_phone = Phone(label=_("代填人的电话"), autocomplete="off")

    def __init__(self, *args: Any, helper: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if helper:
            self.fields["name"].label = _("信访人（您替谁填写）的姓名")
            self.fields["phone"].label = _("信访人的电话")
            self.fields["address"].label = _("信访人的住址")
            return
        del self.fields["helper_name"], self.fields["helper_phone"]


class Avoid(forms.Form):
    """Who must not know of it, one a line; nobody has to be named."""

    avoid = Words(
        label=_("有没有不应当知道这件事的单位或者人"),
        help_text=_(
            "例如您反映的单位、经办人，或者他们的亲属。没有可以不填。一行写一个：单位写全称，人写姓名。他们和他们的下级看不到您提交的"
            "内容；如果您选的机关在里面，会改由它的上级办理。写下的内容密封保管。"
        ),
        limit=AVOID_LIMIT,
        several_lines=True,
    )

    def clean_avoid(self) -> str:
        """Return what was typed; so many lines as can be looked after."""
        typed: str = self.cleaned_data["avoid"]
        rows = claims_in(typed)
        if len(rows) > NAMED_AT_MOST or any(len(row) > LINE_LIMIT for row in rows):
            raise ValidationError(
                _("最多写 %(n)d 行，每行最多 %(limit)d 字。"),
                params={"n": NAMED_AT_MOST, "limit": LINE_LIMIT},
            )
        return typed


class NumberAndCode(forms.Form):
    """Number and query code as old hands type them; a slip is told at once, without asking the database."""

    number = Words(
        label=_("编号"),
        help_text=_("印在回执上，22 位，例如 330100N20260302000123K。空格、大小写都没有关系。"),
        missing=_("请填写回执上的编号。"),
        limit=100,
        widget=forms.TextInput(attrs=PLAIN),
    )
    code = Words(
        label=_("查询码"),
        help_text=_("17 位字母和数字，里面没有 0、1、I、O。横线可以不写。"),
        missing=_("请填写查询码。丢了的，本人可以带编号和身份证件到窗口补发。"),
        limit=100,
        widget=forms.TextInput(attrs=PLAIN),
    )

    def clean_number(self) -> str:
        """Return the number in its stored form."""
        number = numbers.read_number(self.cleaned_data["number"])
        if number is None:
            raise ValidationError(_("编号不对：可能抄错、漏了或多了一位。请对照回执再看一遍，共 22 位。"))
        return number

    def clean_code(self) -> str:
        """Return the code in its stored form."""
        code = numbers.read_code(self.cleaned_data["code"])
        if code is None:
            raise ValidationError(_("查询码不对：可能抄错、漏了或多了一位。请对照回执再看一遍，共 17 位。"))
        return code


YES_NO = [("yes", _("是")), ("no", _("否"))]


class Evaluating(forms.Form):
    """The petitioner's three answers and two ratings."""

    answered = choice(_("答复回答了您的问题吗"), _("请选择答复是否回答了您的问题。"), YES_NO)
    right = choice(_("您认可这个答复吗"), _("请选择您是否认可这个答复。"), YES_NO)
    carried_out = choice(
        _("答应的事落实了吗"),
        _("请选择答应的事是否落实。"),
        [*YES_NO, ("none", _("没有答应要办的事，或者还没到时间"))],
    )
    office = choice(_("对登记部门，您的评价是"), _("请评价登记部门。"), Evaluation.Rating.choices)
    organ = choice(_("对办理单位，您的评价是"), _("请评价办理单位。"), Evaluation.Rating.choices)
    words = Words(label=_("还想说的话"), limit=WORDS_LIMIT, several_lines=True)


class Accepting(forms.Form):
    """The plain statement that the answer is accepted."""

    sure = forms.BooleanField(
        label=_("我看过书面答复，认可处理结果"),
        error_messages={"required": _("如果认可，请先勾选；不认可就不要提交。")},
    )


class AskingReview(forms.Form):
    """What is asked of a higher organ and why; the claims of the case are offered, others may be written."""

    reasons = Words(
        label=_("为什么不同意"),
        help_text=_("写明哪里不对、您的事实和理由。像当面说话一样写就可以。"),
        missing=_("请写明不同意的事实和理由。"),
        limit=WORDS_LIMIT,
        several_lines=True,
    )
    attachments = Words(
        label=_("随后要交的材料"),
        help_text=_("有材料的，写明是什么、有几份；可以邮寄或者送到所选的机关。没有可以不写。"),
        limit=CLAIM_LIMIT,
        several_lines=True,
    )

    def __init__(
        self, *args: Any, claims: Sequence[str], organs: Sequence[tuple[str, str]], late: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.claims_offered = dict(enumerate(claims, start=1))
        self.fields["claims"] = forms.MultipleChoiceField(
            label=_("请勾选您不同意的部分"),
            choices=[(str(n), text) for n, text in self.claims_offered.items()],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            initial=["1"] if len(claims) == 1 else [],
            error_messages={"invalid_choice": _("请从下面列出的选项中选择一项。")},
        )
        self.fields["other"] = Words(
            label=_("其他请求"), limit=CLAIM_LIMIT, widget=forms.TextInput(attrs={"autocomplete": "off"})
        )
        self.fields["organ"] = choice(_("向哪个机关提出"), _("请选择向哪个机关提出。"), organs)
        if late:
            self.fields["late_reason"] = Words(
                label=_("为什么没有赶上期限"),
                help_text=_("例如住院、没有收到、有人告诉您不能提。是否受理由所选的机关决定。"),
                missing=_("期限已经过了，请写明没有赶上的原因。"),
                limit=WORDS_LIMIT,
                several_lines=True,
            )
        self.order_fields(["late_reason", "claims", "other", "reasons", "attachments", "organ"])

    def clean(self) -> dict[str, Any]:
        """Ask for at least one claim, chosen or written."""
        data = super().clean() or self.cleaned_data
        if "claims" in data and not data["claims"] and not one_line(data.get("other", "")):
            self.add_error("claims", _("请至少勾选一项，或者在“其他请求”里写明。"))
        return data

    def asked_claims(self) -> tuple[str, ...]:
        """Return the claims asked for, in words."""
        chosen = [self.claims_offered[int(n)] for n in self.cleaned_data["claims"]]
        other = one_line(self.cleaned_data["other"])
        return tuple([*chosen, other] if other else chosen)


class Withdrawing(forms.Form):
    """What the petitioner wants of a withdrawal; being pressed is always one of the answers."""

    words = Words(
        label=_("谁、怎样要求您撤回的"),
        help_text=_("可以不写。只有上级机关的督查督办人员能看到，办理您这件事的人看不到。"),
        limit=WORDS_LIMIT,
        several_lines=True,
    )
    free = forms.BooleanField(label=_("没有人要求、劝说或者强迫我撤回"), required=False)

    def __init__(self, *args: Any, waiting: bool, ripe: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: list[tuple[str, Text | Hinted]] = []
        if not waiting:
            own = [("ask", Hinted(_("是我自己要撤回"), _("先等几天，到期以后请您再确认一次才生效。")))]
        if waiting and ripe:
            own = [("confirm", Hinted(_("我确认撤回"), _("确认以后，这件事不再办理。")))]
        if waiting:
            own.append(("back", Hinted(_("我不撤回了"), _("这件事照常办理，一天也没有耽误。"))))
        pressed = ("pressed", Hinted(_("我是被要求撤回的"), _("撤回马上作废，这件事照常办理。")))
        self.fields["wish"] = choice(_("请选择"), _("请选择一项。"), [*own, pressed])
        if not ripe:
            del self.fields["free"]
        self.order_fields(["wish", "free", "words"])

    def clean(self) -> dict[str, Any]:
        """Ask once more whether it is free before it takes effect."""
        data = super().clean() or self.cleaned_data
        if data.get("wish") == "confirm" and not data.get("free"):
            self.add_error(
                "free", _("只有没有人要求您撤回，才可以确认；有人要求的，请选“我是被要求撤回的”。")
            )
        return data
