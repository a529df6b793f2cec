"""Fills a fresh database and describes every address of the site in OpenAPI: python -m tests.attack.describe FILE

The site has no interface for programs; its forms are one all the same. The document names each address, the parts in it, the
fields of its forms as the pages show them, and the answers that are meant. Schemathesis then tries everything else (MASS-04).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LEFT_OUT = {
    *("desk:sign_out", "desk:account_end_session", "desk:switch_organ", "desk:account_password"),
    *(
        "desk:account_totp_off",
        "desk:account_codes",
        "desk:manage_end_sessions",
        "desk:manage_end_organ_sessions",
    ),
    *("desk:manage_access", "desk:manage_reset_second", "desk:manage_switch", "desk:manage_end_post"),
}
"""What would end the session the attack runs in."""
USUAL = ("key", "version", "note", "reason", "on")
"""What is sent to a form that no page of the walk has shown."""
ANSWERS = ("200", "301", "302", "400", "403", "404", "405", "409", "410", "413", "422", "429", "503")
MEANT = {
    "200": "a page", "301": "lies elsewhere", "302": "leads on", "400": "broken", "403": "refused", "404": "not there",
    "405": "not that method",
    "409": "not now", "410": "gone", "413": "too large", "422": "the form says what is missing", "429": "too often",
    "503": "cannot be counted now",
}  # fmt: skip
HTML = {"text/html": {"schema": {"type": "string"}}}
DAY = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


def document(
    methods: dict[str, set[str]], fields: dict[str, tuple[str, ...]], numbers: dict[str, list[int]]
) -> dict[str, Any]:
    """Return the OpenAPI document; methods and fields by name of address, `numbers` are ids that are there, by kind of part."""
    from tests.security.addresses import addresses

    paths: dict[str, Any] = {}
    for one in addresses():
        if one.name in LEFT_OUT:
            continue
        written = one.route
        for part in one.parts:
            for kind in ("int", "str", "slug"):
                written = written.replace(f"<{kind}:{part}>", "{" + part + "}")
        operations = {method: _operation(one.name, method) for method in sorted(methods[one.name])}
        if "post" in operations:
            schema = _schema(fields.get(one.name, USUAL))
            operations["post"]["requestBody"] = {"required": True, "content": {FORM: {"schema": schema}}}
        paths[written] = {"parameters": [_part(part, numbers) for part in one.parts], **operations}
    info = {"title": "Lianxin", "version": "0", "description": "Every address and every form."}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


def _operation(name: str, method: str) -> dict[str, Any]:
    answers = {code: {"description": MEANT[code]} for code in ANSWERS}
    return {"operationId": f"{method}_{name.replace(':', '_')}", "responses": answers}


def _schema(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string", "maxLength": 2000} for name in names}}


def _part(part: str, numbers: dict[str, list[int]]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "string",
        "minLength": 1,
        "maxLength": 60,
        "pattern": "^[A-Za-z0-9._-]+$",
    }
    if part.endswith("_id") or part == "seq":
        schema = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    if known := numbers.get(part):
        schema = {"anyOf": [{"enum": known}, schema]}
    return {"name": part, "in": "path", "required": True, "schema": schema}


def _sign_in(name: str) -> Any:
    from django.test import Client

    from tests.cast import PASSWORD

    client = Client()
    assert client.post("/desk/sign-in", {"username": name, "password": PASSWORD}).status_code == 302
    return client


def _methods() -> dict[str, set[str]]:
    """Return the methods each address takes, as it says itself."""
    from django.test import Client

    from tests.security.addresses import addresses

    client, found = Client(), {}
    for one in addresses():
        allowed = client.options(one.path()).headers.get("Allow", "GET")
        found[one.name] = {word.strip().lower() for word in allowed.split(",")} - {"head"}
    return found


def _by_name(pages: Callable[[], Any]) -> dict[str, tuple[str, ...]]:
    from django.urls import resolve

    found: dict[str, tuple[str, ...]] = {}
    for page in pages():
        found.setdefault(resolve(page.path.split("?")[0]).view_name, page.names)
    return found


def main() -> int:
    """Fill, walk, write; the database, the keys and the folder come from the environment."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment
    from django.utils import timezone

    setup_test_environment()
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    from lianxin.cases.models import Case
    from tests.cast import build
    from tests.journeys.stage import prepare
    from tests.security import forms

    prepare()
    cast = build()
    timezone.now = lambda: DAY  # the cast's cases are days old, their forms still open
    fields = _by_name(lambda: forms.pages(cast, _sign_in))
    methods = _methods()
    cases = sorted(Case.objects.values_list("pk", flat=True))
    numbers = {"case_id": cases, "draft_id": cases[:2], "seq": [1, 2], "organ_id": [4], "staff_id": [1]}
    Path(sys.argv[1]).write_text(
        json.dumps(document(methods, fields, numbers), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    print(f"{len(fields)} forms, {len(cases)} cases")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
