"""What a petitioner does about the own data: taking it home, and asking for a correction."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from lianxin.cases.services import correcting
from lianxin.petitioners.rights import CORRECTABLE
from lianxin.procedure.errors import Refused, Stale
from lianxin.web.clock import now
from lianxin.web.public import case_cookie, following, mine
from lianxin.web.public.forms import ADDRESS_LIMIT, NAME_LIMIT, WORDS_LIMIT, Phone, Words
from lianxin.web.public.views.answer import READ_AND_SEND, form_key, tell


class Correcting(forms.Form):
    """What is to be read instead; a field left empty stays as it is."""

    name = Words(label=_("姓名"), limit=NAME_LIMIT, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = Phone(label=_("电话"))
    address = Words(
        label=_("住址"), limit=ADDRESS_LIMIT, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    email = forms.EmailField(
        label=_("电子邮箱"),
        required=False,
        max_length=120,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"invalid": _("电子邮箱的写法不对，例如 name@example.com。没有可以不填。")},
    )
    words = Words(
        label=_("内容哪里写错了，应当怎样"),
        help_text=_("原来写的会保留，您的更正放在旁边一起看。"),
        limit=WORDS_LIMIT,
        several_lines=True,
    )

    def __init__(self, *args: object, anonymous: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if anonymous:
            for field in CORRECTABLE:
                del self.fields[field]

    def clean(self) -> dict[str, object]:
        """Ask for at least one correction."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not any(str(value).strip() for value in data.values()):
            raise forms.ValidationError(_("请至少填写一项要更正的内容。"))
        return data

    def identity(self) -> dict[str, str]:
        """Return the new values of the own identity."""
        return {name: str(self.cleaned_data[name]) for name in CORRECTABLE if self.cleaned_data.get(name)}


@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """Return the own data of the case as a ZIP to be saved; opening the identity for it is the petitioner's own look."""
    opened = case_cookie.opened(request)
    if opened is None:
        return redirect("public:follow")
    when = now()
    data = mine.packed(following.page(opened, when), opened, at=when.at)
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{opened.case.number}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(READ_AND_SEND)
def correct(request: HttpRequest) -> HttpResponse:
    """Return what can be corrected; a POST asks for it. Nothing of the present identity is shown."""
    opened, when, key = case_cookie.opened(request), now(), form_key(request)
    if opened is None:
        return redirect("public:follow")
    loaded = opened.loaded
    if key in loaded.keys:
        return redirect("public:case")
    form = Correcting(request.POST if request.method == "POST" else None, anonymous=opened.case.anonymous)
    status = 422
    if form.is_valid():
        try:
            words = form.cleaned_data["words"]
            correcting.ask(loaded, identity=form.identity(), words=words, key=key, when=when)
            return redirect("public:case")
        except (Refused, Stale) as problem:
            status = tell(form, problem)
    waits = correcting.waiting(loaded) is not None
    context = {"nav": "follow", "form": form, "key": key, "fields": list(form), "waits": waits}
    return render(request, "public/follow/correct.html", context, status=status if form.is_bound else 200)
