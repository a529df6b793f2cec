"""Taking organs, officers and posts from a CSV file: try first, then write, with a report per row."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianxin.organs.services import csv_import
from lianxin.procedure.errors import Refused
from lianxin.web.desk.forms.manage import ImportForm
from lianxin.web.desk.page import page
from lianxin.web.desk.proving import recently_proved
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.manage.organs import ADMIN


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
@roles_only(ADMIN)
@recently_proved
def import_file(request: DeskRequest) -> HttpResponse:
    """Show the form; on a file, show what each of its rows would become or has become."""
    if request.method != "POST":
        return _draw(request, ImportForm(), [], status=200)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _draw(request, form, [], status=422)
    data = form.cleaned_data
    try:
        reports = csv_import.run(
            request.actor,
            kind=data["kind"],
            data=data["file"].read(),
            on=request.when.on,
            at=request.when.at,
            dry_run=data["dry_run"],
        )
    except Refused as refused:
        form.add_error("file", refused.for_person())
        return _draw(request, form, [], status=422)
    return _draw(request, form, list(reports), status=200)


def _draw(
    request: DeskRequest, form: ImportForm, reports: list[csv_import.RowReport], *, status: int
) -> HttpResponse:
    states = {"written": _("写入"), "kept": _("已有"), "refused": _("拒绝")}
    tones = {"written": "green", "kept": "grey", "refused": "red"}
    rows = [
        {
            "line": one.line,
            "state": states[one.state],
            "tone": tones[one.state],
            "text": one.text,
            "password": one.password,
        }
        for one in reports
    ]
    values = {
        "form": form,
        "rows": rows,
        "counts": [(label, sum(one.state == state for one in reports)) for state, label in states.items()],
        "dry": bool(form.is_bound and form.data.get("dry_run")),
        "passwords": any(one.password for one in reports),
        "columns": [(label, "，".join(csv_import.COLUMNS[kind])) for kind, label in ImportForm.KINDS],
    }
    return page(request, "manage/import.html", values, nav="manage", status=status)
