"""The tamper drill for people to watch: `python -m tests.ledger.show` does with full rights over a throw-away database what an
administrator might do, and prints whom it is told by: the verifier of a stranger, and the witness.

Each act is done twice: quietly, and with every hash, the whole tree and all signatures made anew with the stolen key. Exit
code 1 when anything stays unnoticed.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.ledger.drill import Drill

FOLLOWS = ("与从前的导出不同", "在日志中的位置变了")
"""What follows from a rebuilt tree for every row, and is counted only."""


def main() -> int:
    """Run the drill and return the exit code."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["LIANXIN_DATABASE"] = "sqlite:///:memory:"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from tests.ledger import test_drill

    at, step = test_drill.at, test_drill.Step
    acts: dict[str, tuple[Callable[[Drill], object], str]] = {
        "改一步的内容 change the text of a step": (
            lambda d: at(1, step)(d).update(note="x"),
            "{a} 第 1 条步骤",
        ),  # type: ignore[attr-defined]
        "删最后一步 delete the last step": (test_drill.TRIED["last step"][0], "{a} 第 2 条步骤"),
        "倒填一步的日期 back-date a step": (
            lambda d: (at(2, step)(d).update(on=test_drill.DAY), at(2)(d).update(on=test_drill.DAY)),  # type: ignore[attr-defined]
            "{a} 第 2 条步骤",
        ),
        "调换两次查看的次序 let two looks change places": (test_drill.swap, "{a} 第 1 条查看"),
        "删一次查看 delete a look": (test_drill.last_look, "{a} 第 3 条查看"),
        "删一次授权的记录 delete the record of a grant": (test_drill.TRIED["a grant"][0], "7 第 1 条事项"),
    }
    noticed = [
        _shown(name, act, named=named, rebuilt=rebuilt)
        for rebuilt in (False, True)
        for name, (act, named) in acts.items()
    ]
    print(f"\n{sum(noticed)} / {len(noticed)} 次被查出 noticed")
    return 0 if all(noticed) else 1


def _shown(name: str, act: Callable[[Drill], object], *, named: str, rebuilt: bool) -> bool:
    """Do one act in a database that is put back afterwards, print who noticed, and tell whether all who should did.

    `named` is what the verifier has to name.
    """
    from django.conf import settings
    from django.db import transaction

    from lianxin.ledger import evidence, face, notes, witness
    from tests.cast import build
    from tests.ledger.drill import ORIGIN, Drill

    print(
        f"\n【{name}】{'并用偷来的密钥重造全部日志 and rebuild all with the stolen key' if rebuilt else ''}"
    )
    with tempfile.TemporaryDirectory() as folder, face.worn(face.SYSTEM), transaction.atomic():
        settings.LOG_ORIGIN, settings.LOG_KEY_FILE = ORIGIN, Path(folder) / "log_key"
        notes.make_key(settings.LOG_KEY_FILE)
        drill = Drill(build(), Path(folder), settings.LOG_KEY_FILE)
        drill.fill()
        drill.witnessed()
        before, kept = drill.export(), drill.keep(evidence.checkpoint())
        act(drill)
        told = []
        if rebuilt:
            drill.relink(drill.cases[0].pk)
            drill.rebuild("2026-05-05", "2026-05-08")
            told.append(_witness(drill, witness.Fork))
        done = drill.verify(drill.export(), "--against", kept, "--before", before)
        lines = done.stdout.splitlines()
        shown = [line for line in lines if not any(word in line for word in FOLLOWS)]
        for line in shown:
            print(f"  核对程序 verifier: {line}")
        if len(lines) > len(shown):
            print(f"  …… 另有 {len(lines) - len(shown)} 行 more lines: 叶子和位置 leaves and places")
        told.append(done.returncode == 1 and any(named.format(a=drill.cases[0].pk) in line for line in shown))
        transaction.set_rollback(True)
    return all(told)


def _witness(drill: Drill, fork: type[Exception]) -> bool:
    """Ask the witness to sign what stands there now, print his answer, and tell whether he refused."""
    try:
        drill.witnessed(since=32)
    except fork as refused:
        print(f"  见证单位 witness: {refused}")
        return True
    print("  见证单位 witness: 签了名 signed")
    return False


if __name__ == "__main__":
    sys.exit(main())
