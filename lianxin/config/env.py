"""The only place that reads `LIANXIN_…` variables: each is typed, described, and fails with a sentence.

`VARIABLES` is what `lianxin settings` prints and what `docs/reference/settings.md` is generated from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from environs import Env, EnvError


class SettingsError(SystemExit):
    """A setting is missing or unusable; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One documented setting: its name without the prefix, its type, its default, and what it is for."""

    name: str
    kind: str
    default: str
    about: str


@dataclass(slots=True)
class Reader:
    """Typed readers over the environment that remember what was asked, for the documentation."""

    env: Env = field(default_factory=lambda: Env(prefix="LIANXIN_"))
    variables: list[Variable] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str, about: str) -> str:
        """Return the text of `LIANXIN_<name>`, or `default`."""
        return str(self._read(name, "text", default, about, lambda: self.env.str(name, default)))

    def flag(self, name: str, default: bool, about: str) -> bool:
        """Return a yes/no setting (true, false, 1, 0)."""
        return bool(
            self._read(name, "true/false", str(default).lower(), about, lambda: self.env.bool(name, default))
        )

    def number(self, name: str, default: int, about: str) -> int:
        """Return a whole number."""
        value = self._read(name, "number", str(default), about, lambda: self.env.int(name, default))
        return int(str(value))

    def names(self, name: str, default: str, about: str) -> list[str]:
        """Return a comma-separated list without blanks."""
        value = str(self._read(name, "list", default, about, lambda: self.env.str(name, default)))
        return [part.strip() for part in value.split(",") if part.strip()]

    def path(self, name: str, default: Path, about: str, *, shown: str) -> Path:
        """Return a path; relative ones are taken from the working directory. `shown` is the default as printed."""
        return Path(str(self._read(name, "path", shown, about, lambda: self.env.str(name, str(default)))))

    def secret(self, name: str, file: Path, about: str, *, needed: bool = True) -> str:
        """Return `LIANXIN_<name>`, else the text of `LIANXIN_<name>_FILE`, else that of `file`; stop if none is there.

        One that is not `needed` is "" when there is neither variable nor file named and `file` is not there.
        """
        self.variables.append(
            Variable(f"{name}_FILE", "path", f"<data folder>/keys/{file.name}", f"file that holds: {about}")
        )
        value = str(self._read(name, "secret", "read from a file", about, lambda: self.env.str(name, "")))
        if value:
            return value
        named = self.env.str(f"{name}_FILE", "")
        source = Path(named or file)
        if not needed and not named and not source.exists():
            return ""
        try:
            return source.read_text(encoding="utf-8").strip()
        except OSError:
            raise SettingsError(
                f"LIANXIN_{name} is not set and {source} cannot be read. "
                "Run `lianxin init` to make the keys of a new installation, or set the variable; "
                "see docs/howto/install.md."
            ) from None

    def _read(self, name: str, kind: str, default: str, about: str, read: Callable[[], object]) -> object:
        self.variables.append(Variable(name, kind, default, about))
        try:
            value = read()
        except EnvError as error:
            raise SettingsError(
                f"LIANXIN_{name} cannot be used: {error}. It takes a {kind} and is for: {about}."
            ) from None
        self.values[name] = str(value)
        return value
