"""Officers of the administrator's organs: list, add, stop, new password, posts."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianxin.organs import selectors
from lianxin.organs.models import Post, Staff
from lianxin.organs.policies import manages
from lianxin.organs.services import staff as services
from lianxin.organs.services.staff import Credentials
from lianxin.procedure.errors import Refused
from lianxin.web.clock import now
from lianxin.web.desk.forms import manage as fields
from lianxin.web.desk.page import page
from lianxin.web.desk.proving import recently_proved_to_change
from lianxin.web.desk.signed_in import DeskRequest, officers_only, roles_only
from lianxin.web.desk.views.manage.organs import ADMIN, carried_out

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@officers_only
@roles_only(ADMIN)
def people(request: DeskRequest) -> HttpResponse:
    """Show the officers with posts in the administrator's organs, found by a word of name or sign-in name."""
    word = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    found = list(selectors.managed_posts(request.actor.organ, word=word)[: selectors.LISTED + 1])
    values = {
        "form": fields.WordForm(initial={"q": word}),
        "posts": found[: selectors.LISTED],
        "more": len(found) > selectors.LISTED,
        "listed": selectors.LISTED,
        "word": word,
        "on": now().on,
    }
    return page(request, "manage/people.html", values, nav="manage")


@form_page
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def add(request: DeskRequest) -> HttpResponse:
    """Add an officer with a first post; the first password is shown once, on the answer to the form."""
    actor, on = request.actor, now().on
    organs = selectors.managed_organs(actor.organ, word="", on=on)
    form = fields.NewStaffForm(request.POST if request.method == "POST" else None, organs=organs, on=on)
    saved = carried_out(request, form, lambda: services.add(actor, at=request.when.at, **form.as_added()))
    if isinstance(saved, Credentials):
        return _shown_once(request, saved)
    return page(request, "manage/person_add.html", {"form": form}, nav="manage", status=saved)


@form_page
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def person(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Show an officer with all posts in the administrator's organs, and give a further post."""
    found, actor, on = person_or_404(request, staff_id), request.actor, now().on
    organs = selectors.managed_organs(actor.organ, word="", on=on)
    form = fields.PostForm(request.POST if request.method == "POST" else None, organs=organs, on=on)
    saved = carried_out(
        request, form, lambda: services.grant(actor, found, at=request.when.at, **form.as_granted())
    )
    if isinstance(saved, Post):
        return redirect("desk:manage_person", staff_id=found.pk)
    return _person_page(request, found, form, status=saved)


@require_POST
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def end_post(request: DeskRequest, post_id: int) -> HttpResponse:
    """End a post on a day."""
    post = Post.objects.select_related("organ", "staff").filter(pk=post_id).first()
    if post is None or not manages(request.actor, post.organ):
        raise Http404
    form = fields.EndPostForm(request.POST, prefix=f"post{post.pk}")
    problem = ""
    if not form.is_valid():
        problem = _("请用数字填写真实的最后一日，例如 2026 年 5 月 8 日")
    else:
        try:
            services.end_post(request.actor, post, on=form.cleaned_data["on"], at=request.when.at)
        except Refused as refused:
            problem = refused.for_person()
    if not problem:
        return redirect("desk:manage_person", staff_id=post.staff_id)
    return _person_page(
        request, post.staff, _blank(request), problem=problem, status=409, tried=form, post_id=post.pk
    )


@require_POST
@officers_only
@roles_only(ADMIN)
@recently_proved_to_change
def switch(request: DeskRequest, staff_id: int) -> HttpResponse:
    """Stop an officer's account, start it again, or set a new first password."""
    found, actor, on = person_or_404(request, staff_id), request.actor, now().on
    acts = {"stop": services.deactivate, "start": services.reactivate, "password": services.reset_password}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        done = act(actor, found, on=on, at=request.when.at)
    except Refused as refused:
        return _person_page(request, found, _blank(request), problem=refused.for_person(), status=409)
    if isinstance(done, Credentials):
        return _shown_once(request, done)
    return redirect("desk:manage_person", staff_id=found.pk)


def person_or_404(request: DeskRequest, staff_id: int) -> Staff:
    """Return an officer with a post in the administrator's organs. Raises Http404 for any other, existing or not."""
    found = Staff.objects.filter(pk=staff_id).first()
    if (
        found is None
        or not selectors.managed_posts(request.actor.organ, word="").filter(staff=found).exists()
    ):
        raise Http404
    return found


def _blank(request: DeskRequest) -> fields.PostForm:
    on = now().on
    return fields.PostForm(None, organs=selectors.managed_organs(request.actor.organ, word="", on=on), on=on)


def _person_page(
    request: DeskRequest,
    found: Staff,
    form: fields.PostForm,
    *,
    problem: str = "",
    status: int = 200,
    tried: fields.EndPostForm | None = None,
    post_id: int | None = None,
) -> HttpResponse:
    on = now().on
    posts = [
        {
            "post": post,
            "current": post.ends_on is None or post.ends_on >= on,
            "form": tried
            if tried and post.pk == post_id
            else fields.EndPostForm(prefix=f"post{post.pk}", initial={"on": on}),
        }
        for post in selectors.managed_posts(request.actor.organ, word="").filter(staff=found)
    ]
    values = {
        "person": found,
        "posts": posts,
        "form": form,
        "problem": problem,
        "own": found.pk == request.actor.staff.pk,
    }
    return page(request, "manage/person.html", values, nav="manage", status=status)


def _shown_once(request: DeskRequest, made: Credentials) -> HttpResponse:
    values = {"person": made.staff, "password": made.password}
    return page(request, "manage/password.html", values, nav="manage")
