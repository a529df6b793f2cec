"""The pages that need no case: home, help, and the small things a browser or a monitor asks for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from lianxin.web.clock import now
from lianxin.web.public.limits import limits, promises

YEAR = 365 * 24 * 3600
ROBOTS = "User-agent: *\nDisallow: /desk/\nDisallow: /file/\nDisallow: /follow/\n"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Return the first page: what one can do here, how long it takes by law, who helps."""
    return render(request, "public/home.html", {"nav": "home", "limits": promises(now().on)})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Return how it works, the rights, every time limit of the rulebook, and what happens to personal data."""
    return render(request, "public/help.html", {"nav": "help", "limits": limits(now().on)})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Return `ok` without asking anything: the sign of life, and the empty page of the benchmark."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Return what search engines may read: the first page and the help."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Return the way to the mark for browsers that ask for it by its old address."""
    return redirect(static("lx/favicon.svg"), permanent=True)


@require_POST
def set_large_print(request: HttpRequest) -> HttpResponse:
    """Return to the page one came from, in large or ordinary letters from now on."""
    onward = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = "/"
    response = redirect(onward)
    size = "large" if request.POST.get("large_print") == "on" else "normal"
    response.set_cookie("lx_print", size, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response
