"""The letter desk of the demonstration: a batch of today in each of its stages, one with its scan; an answer sent by post."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial

from PIL import Image, ImageDraw, ImageFont

from lianxin.cases.history import Moment
from lianxin.cases.models import Paper
from lianxin.cases.services import intake
from lianxin.config.demo.play import INVENTED
from lianxin.config.demo.scene import OwnPlay, Scene, plan
from lianxin.files import keeping
from lianxin.ledger.ids import new_id
from lianxin.letters.models import Letter
from lianxin.letters.services import opening, posting, registering, writing
from lianxin.papers import fonts, glyphs

MATTERS = ("0106", "0204", "0301", "0402")
"""What the letters of the batch are about, the farthest one first."""
PAGE, MARGIN, LINE, SIZE = (1000, 1400), 90, 64, 34
"""The sheet of the scan in pixels: its size, its margin, from line to line, the height of a character."""
IN_A_LINE = 24


class LetterPlay(OwnPlay):
    """A petition that comes in as a letter of the batch."""

    def __init__(self, scene: Scene, letter: Letter, category: str, *, seed: int) -> None:
        super().__init__(scene.stage, plan(category, ("register",), (0, 0), "letter", seed))
        self.letter, self.actor = letter, scene.actor("window")

    @property
    def text(self) -> str:
        """Return what the letter says."""
        return self.said(self.plan.matter["body"]) + INVENTED

    def _record(self, when: Moment) -> None:
        actor, case_id = self.actor, new_id()
        with registering.carried(self.letter, self._petition(when), case_id=case_id) as held:
            keep = partial(_become, self.letter, actor=actor, when=when)
            filed = intake.record(held.petition, case_id=case_id, actor=actor, when=when, keep=keep)
        self.case, self.code = filed.case, filed.code


def show(scene: Scene) -> None:
    """Open a batch of eight letters and bring them to different stages: registered, ready, to compare, to write down, to scan;
    two are still closed, and one number stands for nothing.
    """
    actor, when = scene.actor("window"), scene.ago(50)
    batch = opening.open_batch(actor, on=when.on, way="post", pieces=8, key=scene.key(), when=when)
    letters = list(Letter.objects.filter(organ=actor.organ, batch_id=batch.id).order_by("count"))
    for letter, envelope, pages in zip(
        letters, ("registered", "ordinary", "ordinary", "express", "ordinary"), (2, 1, 3, 1, 2), strict=False
    ):
        seen = opening.Envelope(
            when.on, envelope, pages, enclosures={"copy": pages - 1}, shelf="来信柜 2 层（虚构）"
        )
        opening.fill_in(letter, actor, seen, key=scene.key(), when=scene.ago(40))
    plays = [
        LetterPlay(scene, letter, category, seed=n)
        for n, (letter, category) in enumerate(zip(letters, MATTERS, strict=False))
    ]
    for play in plays:
        _scan(scene, play, with_picture=play is plays[3])
    for play, hard in zip(plays[:3], (False, True, True), strict=True):
        writing.transcribe(play.letter, actor, text=play.text, hard=hard, key=scene.key(), when=scene.ago(20))
    reader = scene.actor("handler")
    writing.proofread(plays[1].letter, reader, text=plays[1].text, key=scene.key(), when=scene.ago(10))
    opening.void(letters[7], actor, reason="点数时多数了一件（虚构）", key=scene.key(), when=scene.ago(10))
    plays[0].run()
    _post(scene)


def sheet(text: str) -> bytes:
    """Return the picture of a sheet of letter paper with a text, as a scanner would make it (JPEG)."""
    picture = Image.new("RGB", PAGE, "#fbf8f0")
    pen, font = ImageDraw.Draw(picture), _font()
    lines = [
        text[n : n + IN_A_LINE] for text in text.split("\n") for n in range(0, max(len(text), 1), IN_A_LINE)
    ]
    for n, line in enumerate(lines[: (PAGE[1] - 2 * MARGIN) // LINE]):
        top = MARGIN + n * LINE
        pen.line([(MARGIN, top + LINE - 12), (PAGE[0] - MARGIN, top + LINE - 12)], fill="#d6b9a8")
        _write(pen, line, (MARGIN, top), font)
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=80)
    return made.getvalue()


def _write(
    pen: ImageDraw.ImageDraw, line: str, at: tuple[int, int], font: ImageFont.FreeTypeFont | None
) -> None:
    """Write a line; strokes stand for the characters where there is no font for them."""
    if font is not None:
        pen.text(at, line, fill="#2b3a67", font=font)
        return
    for n, char in enumerate(line):
        left = at[0] + n * SIZE
        for stroke in range(3):
            high = at[1] + 8 + (ord(char) >> 3 * stroke) % (SIZE - 8)
            pen.line([(left, high), (left + SIZE - 8, at[1] + 8 + stroke * 10)], fill="#2b3a67", width=2)


def _font() -> ImageFont.FreeTypeFont | None:
    """Return the first font papers may use, None where there is none."""
    found: Sequence[object] = fonts.files(glyphs.configured())
    return ImageFont.truetype(str(found[0]), SIZE) if found else None


def _scan(scene: Scene, play: LetterPlay, *, with_picture: bool) -> None:
    if not with_picture:
        writing.go_without_scan(play.letter, play.actor, key=scene.key(), when=scene.ago(30))
        return
    upload = io.BytesIO(sheet(play.text))
    kept = keeping.take_in(play.letter.id, upload, "来信第1页（虚构）.jpg", evidence=True)
    writing.add_scans(play.letter, play.actor, [kept], key=scene.key(), when=scene.ago(30))


def _become(letter: Letter, filed: intake.Filed, **given: object) -> None:
    registering.become(letter, filed.case, **given)  # type: ignore[arg-type]


def _post(scene: Scene) -> None:
    """Send a signed answer by registered mail; nobody knows yet what became of it."""
    play = scene.played("0601", 40, 40, 36, 35, 9, 7, seed=11, channel="call")
    paper = Paper.objects.filter(case_id=play.case.pk, kind="opinion").order_by("-seq").first()
    if paper is None:
        return
    when = play.day(4)
    play.case = posting.post(
        play.loaded(),
        actor=scene.actor("window", on=when.on),
        paper=paper,
        service="registered",
        post_no="XA00000000001",
        posted_on=when.on,
        key=scene.key(),
        when=when,
    )
