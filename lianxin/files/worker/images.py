"""Pictures: measured before they are decoded, then painted anew, so that nothing but the pixels is left."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

from lianxin.files.worker.work import PIXELS, Answer, Refusal

WIDEST = 1600
FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}


def check(kind: str, body: BytesIO) -> Answer:
    """Return the picture painted anew in its own format, upright, without place, device, author, thumbnail or tail."""
    picture = _pixels(kind, body)
    made = BytesIO()
    if kind == "png":
        picture.save(made, "PNG")
    elif kind == "webp":
        picture.save(made, "WEBP", quality=88)
    else:
        picture.convert("RGB").save(made, "JPEG", quality=88)
    return {"kind": kind, "flag": ""}, made.getvalue()


def preview(kind: str, body: BytesIO) -> Answer:
    """Return the picture as one JPEG of a size for reading."""
    made = as_jpeg(_pixels(kind, body))
    return {"pages": 1, "sizes": [len(made)]}, made


def as_jpeg(picture: Image.Image) -> bytes:
    """Return a picture as a JPEG on white, at most WIDEST points wide and high."""
    picture.thumbnail((WIDEST, WIDEST))
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    made = BytesIO()
    flat.save(made, "JPEG", quality=80)
    return made.getvalue()


def _pixels(kind: str, body: BytesIO) -> Image.Image:
    """Return the pixels alone, upright. Raises Refusal before decoding what is too large, and for what cannot be decoded."""
    Image.MAX_IMAGE_PIXELS = None  # our own limit stands below, without a warning that nobody reads
    try:
        found = Image.open(body, formats=[FORMATS[kind]])
        if found.width * found.height > PIXELS:
            raise Refusal("too_many_pixels")
        upright = ImageOps.exif_transpose(found)
    except (OSError, ValueError, SyntaxError, MemoryError):
        raise Refusal("broken") from None
    seen = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    bare = Image.new(seen.mode, seen.size)
    bare.paste(seen)
    return bare
