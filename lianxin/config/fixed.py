"""Settings no operator changes: the apps of the system, and what a browser may load on its pages."""

from __future__ import annotations

from csp.constants import NONE, SELF

BELOW = ["ledger", "organs", "petitioners", "cases"]
WORK = ["letters", "visits", "calls", "together", "oversight", "insight", "knowledge"]
INSTALLED_APPS = [
    "lianxin.config.apps.Config",
    *(f"lianxin.{name}" for name in (*BELOW, *WORK, "web", "jobs")),
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "csp",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
