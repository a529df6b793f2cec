"""Settings of the tests: the project's own, with a cheap password hasher, plain static files and loud templates."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_DATA = os.environ.setdefault("LIANXIN_DATA_DIR", str(Path(__file__).parents[1] / "var/tests"))
os.environ.setdefault("LIANXIN_PROFILE", "demo")
for _name in ("SECRET_KEY", "MASTER_KEY", "INDEX_KEY"):
    os.environ.setdefault(f"LIANXIN_{_name}", secrets.token_hex(32))

from lianxin.config.settings import *  # noqa: E402, F403
from lianxin.config.settings import PACKAGE, TEMPLATES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FONT_DIRS = [Path(_DATA) / "fonts", PACKAGE.parent / "var/fonts"]
WHITENOISE_AUTOREFRESH = True
FILINGS = 1_000_000  # all tests come from one network within one ten minutes


class UndefinedVariable(str):
    """Stands for a template variable nobody has passed; printing it fails the test."""

    def __contains__(self, item: object) -> bool:
        return item == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"template variable {name} is not defined")


_OPTIONS: dict[str, object] = TEMPLATES[0]["OPTIONS"]  # type: ignore[assignment]
_OPTIONS["string_if_invalid"] = UndefinedVariable("%s")
