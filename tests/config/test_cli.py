"""The console script: every command explains itself, and what goes wrong is a sentence with exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from lianxin.config import cli
from lianxin.config.commands import installation, reference, serving, shell
from lianxin.config.commands.shell import Stop

ROOT = Path(__file__).parents[2]
ALL = dict(reference._parsers("lianxin", cli.parser()))


def outside(folder: Path, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a new process without any of the settings of the tests."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("LIANXIN_", "DJANGO_"))
    }
    env = {**clean, "LIANXIN_DATA_DIR": str(folder), **extra}
    command = [sys.executable, "-m", "lianxin.config.cli", *words]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_command_explains_itself_in_both_languages(name: str) -> None:
    found: ArgumentParser = ALL[name]
    assert found.description, name
    assert any("\u4e00" <= char <= "\u9fff" for char in found.description), f"{name}: no Chinese"
    assert any(word.isascii() and word.isalpha() and len(word) > 3 for word in found.description.split()), (
        f"{name}: no English"
    )


def test_without_a_command_it_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert "lianxin demo" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["settings.md", "cli.md"])
def test_the_reference_pages_are_in_step_with_the_code(name: str, tmp_path: Path) -> None:
    done = outside(tmp_path, "reference", "--to", str(tmp_path / "pages"))
    assert done.returncode == 0, done.stderr
    fresh = (tmp_path / "pages" / name).read_text(encoding="utf-8")
    assert fresh == (ROOT / "docs/reference" / name).read_text(encoding="utf-8"), "run: lianxin reference"
    assert str(tmp_path) not in fresh


def test_init_makes_keys_once_and_for_nobody_else(tmp_path: Path) -> None:
    assert installation.make_keys(tmp_path / "keys") == ["secret_key", "master_key", "index_key"]
    before = {file.name: file.read_bytes() for file in (tmp_path / "keys").iterdir()}
    assert all((tmp_path / "keys" / name).stat().st_mode & 0o777 == 0o600 for name in before)
    assert len(bytes.fromhex(before["master_key"].decode().strip())) == 32
    (tmp_path / "keys/index_key").unlink()
    assert installation.make_keys(tmp_path / "keys") == ["index_key"]
    assert (tmp_path / "keys/master_key").read_bytes() == before["master_key"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Stop, match="不能建立文件夹"):
        installation.make_keys(tmp_path / "file/keys")


def test_from_nothing_to_tables(tmp_path: Path) -> None:
    missing = outside(tmp_path, "migrate")
    assert missing.returncode == 2 and "lianxin init" in missing.stderr
    assert outside(tmp_path, "init").returncode == 0
    early = outside(tmp_path, "sweep")
    assert early.returncode == 2 and "lianxin migrate" in early.stderr
    assert outside(tmp_path, "migrate").returncode == 0
    assert outside(tmp_path, "sweep").returncode == 0
    assert outside(tmp_path, "verify").returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LIANXIN_DATBASE", "x", "是不是要写 LIANXIN_DATABASE"),
        ("LIANXIN_PROFILE", "office2", "demo or office"),
        ("LIANXIN_HTTPS", "maybe", "LIANXIN_HTTPS"),
        ("LIANXIN_DATABASE", "mysql://x/y", "starts with 'mysql'"),
        ("LIANXIN_DATABASE", "postgresql://nobody@127.0.0.1:1/none", "连不上数据库"),
    ],
)
def test_a_wrong_setting_is_a_sentence(tmp_path: Path, name: str, value: str, said: str) -> None:
    installation.make_keys(tmp_path / "keys")
    done = outside(tmp_path, "sweep", **{name: value})
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_settings_are_listed_without_keys_and_without_secrets(tmp_path: Path) -> None:
    done = outside(
        tmp_path, "settings", LIANXIN_DATABASE="postgresql://u:pass-word@host/x", LIANXIN_MASTER_KEY="ab" * 32
    )
    assert done.returncode == 0 and "LIANXIN_DATA_DIR" in done.stdout and "还没有密钥" in done.stdout
    assert (
        "pass-word" not in done.stdout
        and "abab" not in done.stdout
        and "postgresql://…@host/x" in done.stdout
    )


def test_rules_work_without_keys(tmp_path: Path) -> None:
    done = outside(tmp_path, "rules", "explain", "HANDLE", "--start", "2026-05-08")
    assert done.returncode == 0, done.stderr
    assert "2026-07-07" in done.stdout
    assert not list(tmp_path.iterdir())


def test_an_interrupt_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(installation, "init", stopped)
    assert cli.main(["init"]) == 130
    assert "已停止" in capsys.readouterr().err


def test_a_port_in_use_is_told() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Stop, match="--port"):
            serving.check_port("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(Stop, match="--port"):
        serving.check_port("127.0.0.1", 70_000)


def test_unknown_names_are_refused_and_test_names_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANXIN_TEST_ANYTHING", "1")
    shell.check_names()
    monkeypatch.setenv("LIANXIN_HOST", "x")
    with pytest.raises(Stop, match="LIANXIN_HOSTS"):
        shell.check_names()


def test_storage_rules_are_checked_before_serving(db: None) -> None:
    serving.check_database()
