"""Reading a scan by machine (OCR): a proposal beside the image, never the text. Without a reader letters are typed by hand."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from functools import lru_cache
from typing import Any, Protocol

SECONDS = 60
LANGUAGES = "chi_sim+eng"


class Reader(Protocol):
    """Something that reads a picture of writing. `name` is told to the officer beside what it has read."""

    name: str

    def read(self, picture: bytes) -> str:
        """Return the lines found in a JPEG from top to bottom, "" for none. Nothing of it is kept."""


class ByRapid:
    """RapidOCR on ONNX Runtime, in this process; models come with the package, nothing is fetched."""

    name = "RapidOCR"

    def read(self, picture: bytes) -> str:
        """Return the lines it finds."""
        found, _took = _engine()(picture)
        return "\n".join(str(line[1]) for line in found or [])


class ByTesseract:
    """The program tesseract, where the system has it with simplified Chinese."""

    name = "Tesseract"

    def read(self, picture: bytes) -> str:
        """Return the lines it finds; "" when it fails or takes too long."""
        # through a pipe: the picture of a letter never lies unsealed in a folder
        command = [_tesseract(), "stdin", "stdout", "-l", LANGUAGES]
        try:
            done = subprocess.run(  # noqa: S603 - no shell
                command, input=picture, capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


@lru_cache(maxsize=1)
def reader() -> Reader | None:
    """Return what reads scans here, None where nothing is installed (`pip install lianxin[ocr]`, or tesseract)."""
    if importlib.util.find_spec("rapidocr_onnxruntime"):
        return ByRapid()
    return ByTesseract() if _tesseract() and _knows_chinese() else None


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR()


def _tesseract() -> str:
    return shutil.which("tesseract") or ""


def _knows_chinese() -> bool:
    done = subprocess.run(  # noqa: S603 - no shell, no words from outside
        [_tesseract(), "--list-langs"], capture_output=True, timeout=SECONDS, check=False
    )
    return b"chi_sim" in done.stdout
