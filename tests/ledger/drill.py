"""A log with cases, looks and an event in it, the stranger who checks it offline, and the witness."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lianxin.cases.models import Case
from lianxin.config.commands.ledger import case_ids, payloads
from lianxin.ledger import chain, evidence, export, log, notes, witness
from lianxin.ledger.models import Checkpoint, Cosignature, Entry, Pad, Place, TreeNode
from lianxin.ledger.proofs import COSIGNATURE, read_key
from tests.cast import Cast, on

ORIGIN = "anzhou.example/log"
COURT = "court.example"


@dataclass
class Drill:
    """The log and those around it; `file` is the signing key."""

    cast: Cast
    folder: Path
    file: Path
    cases: list[Case] = field(default_factory=list)
    made: Iterator[int] = field(default_factory=lambda: iter(range(1000)))

    @property
    def key(self) -> str:
        return notes.read_signer(self.file, ORIGIN).shown()

    @property
    def court(self) -> notes.Signer:
        notes.make_key(self.folder / "court_key")
        return notes.read_signer(self.folder / "court_key", COURT)

    @property
    def court_key(self) -> str:
        return self.court.shown(COSIGNATURE)

    def fill(self) -> None:
        """Write two cases, three looks at the first, an event; a batch before, one after."""
        log.sequence(on("2026-05-05"))
        self.cases += [self.cast.registered(), self.cast.registered()]
        for hour in (9, 10, 11):
            self.look(hour)
        chain.record_event(
            kind="grant",
            organ_id=7,
            staff_id=3,
            at=on("2026-05-07").at,
            facts={"role": "handler", "staff": 4},
        )
        log.sequence(on("2026-05-08"))

    def look(self, hour: int, day: str = "2026-05-07") -> None:
        reader = chain.Reader(1, 2, "handler")
        chain.record_look(
            case_id=self.cases[0].pk, what="case", purpose="办理", reader=reader, at=on(day, hour).at
        )

    def export(self, *, contents: bool = False) -> Path:
        """Return a new export."""
        folder = self.folder / f"export{next(self.made)}"
        export.write(folder, payloads=payloads, case_ids=case_ids(), contents=contents)
        return folder

    def keep(self, text: str) -> Path:
        """Return a file with a checkpoint or a proof, as somebody keeps it at home."""
        path = self.folder / f"kept{next(self.made)}"
        path.write_text(text, encoding="utf-8")
        return path

    def proof(self, **options: object) -> Path:
        return self.keep(json.dumps(evidence.bundle(self.cases[0].pk, **options)))  # type: ignore[arg-type]

    def verify(self, path: Path, *more: object, key: str = "") -> subprocess.CompletedProcess[str]:
        """Run the one file on a Python without any package, as a stranger would."""
        script = self.folder / "alone/verify_log.py"
        script.parent.mkdir(exist_ok=True)
        script.write_text(export.one_file(), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-I", "-S", str(script), str(path), "--key", key or self.key, *map(str, more)],
            capture_output=True,
            text=True,
            check=False,
        )

    def witnessed(self, since: int = 0) -> str:
        """Return the court's cosignature of the present checkpoint. Raises witness.Fork."""
        text = evidence.request(since)
        state = self.folder / "court.json"
        return witness.cosign(
            text, log=read_key(self.key), signer=self.court, state=state, time=1_780_000_000
        )

    def relink(self, case_id: int) -> None:
        """Do what a clever administrator does: make the chain of a case fit what stands there now."""
        prev = ""
        for row in Entry.objects.filter(case_id=case_id).order_by("seq"):
            row.prev = prev
            step = payloads(case_id).get(row.seq)
            row.payload = chain.digest(bytes(row.salt) + chain.canonical(step))
            row.hash = prev = chain.row_hash(row)
            Entry.objects.filter(case_id=case_id, seq=row.seq).update(
                prev=row.prev, payload=row.payload, hash=row.hash
            )
        Case.objects.filter(pk=case_id).update(head=prev)

    def rebuild(self, *days: str) -> None:
        """Make the whole tree anew and sign it with the stolen key."""
        for model in (TreeNode, Place, Pad, Checkpoint, Cosignature):
            model._default_manager.all().delete()
        self.file.with_name(f"{self.file.name}.seen").unlink(missing_ok=True)
        for day in days:
            log.sequence(on(day), thorough=True)
