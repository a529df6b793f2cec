"""Prepares the database of a journey: tables, and the cast of the tests. Run as a program in the journey's environment."""

from __future__ import annotations

import os

import django


def prepare() -> None:
    """Compile the messages, migrate, collect static files."""
    from django.core.management import call_command

    from lianxin.config.commands.messages import run as compile_messages

    compile_messages(None)  # type: ignore[arg-type]
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def main() -> None:
    """Prepare the database and build the cast."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.config.settings")
    django.setup()
    from tests.cast import build

    prepare()
    build()


if __name__ == "__main__":
    main()
