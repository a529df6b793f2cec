"""PRIV-09 on a real file: after `lianxin erase run` the words and boxes of a case are not in the bytes of the database either.

Run as a program it makes an installation of its own, erases there, and prints what it found.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = "门前的老槐树去年被锯了，问过三次没人说得清。（虚构，只此一件）"


def test_priv_09_nothing_is_left_in_the_bytes_of_the_file() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.config.test_erase_file"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found == {
        "before": [True, True, True],
        "after": [False, False, False],
        "exit": [0, 0, 0],
        "list": 1,
    }


def there(folder: Path, pieces: list[bytes]) -> list[bool]:
    """Return which pieces stand in the bytes of the database and its log of changes."""
    data = b"".join(file.read_bytes() for file in folder.glob("lianxin.sqlite3*"))
    return [piece in data for piece in pieces]


def program() -> None:
    """Make the installation, erase, and print what stood in the file before and after."""
    from tests.crash.installation import installed

    with installed("") as folder:
        from django.db import connection

        from lianxin.cases.models import Case, Step
        from lianxin.cases.services import disposing
        from lianxin.config.cli import main
        from lianxin.ledger.models import Entry
        from lianxin.organs.actors import actors_of
        from lianxin.petitioners.models import Party
        from lianxin.web.clock import now
        from tests.security.test_priv_rights import closed, loaded, second

        cast = stage()
        original, cast.petition = cast.petition, lambda **more: original(**{"body": WORDS, **more})
        case = closed(cast)
        second(cast)
        Case.objects.filter(pk=case.pk).update(received_on=date(1990, 5, 6))
        Step.objects.filter(case=case).update(on=date(1990, 6, 5))
        when = now()
        for n, name in enumerate(("tou", "shen")):
            actor = actors_of(cast.staff[name].pk, on=when.on)[0]
            deed = (disposing.propose, disposing.agree)[n]
            more = {"reason": "保管期满"} if n == 0 else {}
            deed(loaded(case), actor=actor, key=f"a-key-of-a-form-{n}", when=when, **more)
        box = Party.objects.get(case_id=case.pk, seq=1)
        salt = bytes(Entry.objects.get(case_id=case.pk, seq=1).salt)
        pieces = [WORDS[:20].encode(), bytes(box.wrapped_key), salt]
        before = there(folder, pieces)
        codes = [main(["retention", "due"]), main(["erase", "run"])]
        connection.close()
        after = there(folder, pieces)
        codes.append(main(["verify", case.number]))
        lines = (folder / "erasures.jsonl").read_text(encoding="utf-8").splitlines()
        print(json.dumps({"before": before, "after": after, "exit": codes, "list": len(lines)}))


def stage():  # type: ignore[no-untyped-def]
    """Return the cast that the installation holds."""
    from lianxin.organs.models import Organ, Region, Staff
    from tests.cast import Cast

    codes = {"china": 100000, "sichuan": 510000, "mianyang": 510700, "anzhou": 510705, "fucheng": 510703}
    regions = {name: Region.objects.get(code=f"{code}000000") for name, code in codes.items()}
    organs = {one.code: one for one in Organ.objects.all()}
    return Cast(regions, organs, {one.username: one for one in Staff.objects.all()})


if __name__ == "__main__":
    program()
