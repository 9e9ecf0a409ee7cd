"""What a photo file is and what it carries besides its pixels, read without a decoder.

A decoder parses everything it meets, and some of what a hostile file can carry takes minutes or gigabytes to parse (an
EXIF block whose 65,535 entries all point at the same megabytes, a GIF comment glued together 255 bytes at a time, a
thousand passes over one JPEG). So the containers are walked here, and a decoder is given the pixels, the colour profile
and nothing else.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MAX_SCANS = 60
"""Passes over one JPEG. A progressive one has about 10, and two more such pictures may hang on behind it."""

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset((b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"IDAT", b"IEND"))
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_ORIENTATION_TAG = 0x0112
_TIFF_SHORT = 3


class PhotoKind(StrEnum):
    """The formats that are taken."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    GIF = "GIF"
    HEIC = "HEIC"


class Damaged(ValueError):
    """The container breaks its own rules. The message completes a sentence that begins with the file's name."""


class EndsEarly(Damaged):
    """The container promises more bytes than there are."""


@dataclass(frozen=True, slots=True)
class BareFile:
    """A photo file without what only describes it."""

    data: bytes
    orientation: int = 1
    """EXIF orientation, 1 to 8; 1 is upright."""
    size: tuple[int, int] | None = None
    """Width and height in pixels, where a decoder would reserve memory before it tells them."""


def recognise(data: bytes) -> PhotoKind | str:
    """The kind of photo by its first bytes, or in words what the file is instead."""
    if data.startswith(b"\xff\xd8\xff"):
        return PhotoKind.JPEG
    if data.startswith(_PNG_START):
        return PhotoKind.PNG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return PhotoKind.GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PhotoKind.WEBP
    if data[4:8] == b"ftyp":
        return PhotoKind.HEIC if _brands(data) & _HEIC_BRANDS and data[8:12] != b"avif" else _other_media(data)
    return _something_else(data)


def bare(data: bytes, kind: PhotoKind) -> BareFile:
    """Strip a file of the kind `recognise` found. Raises Damaged."""
    try:
        return _WALKS[kind](data)
    except (struct.error, IndexError):
        raise EndsEarly("ends early") from None


def exif_orientation(block: bytes) -> int:
    """The orientation in a TIFF-shaped EXIF block, 1 where there is none or it makes no sense (CIPA DC-008, 4.6.4)."""
    block = block.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        for entry in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", block, start + 2 + 12 * entry)
            if tag == _ORIENTATION_TAG:
                return value if kind == _TIFF_SHORT and 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _brands(data: bytes) -> set[bytes]:
    end = min(int.from_bytes(data[:4], "big"), 256)
    return {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}


def _other_media(data: bytes) -> str:
    return "is an AVIF picture" if b"avif" in _brands(data) else "is a video"


def _something_else(data: bytes) -> str:
    starts = {
        b"%PDF": "is a PDF document",
        b"II*\0": "is a TIFF or raw camera file",
        b"MM\0*": "is a TIFF or raw camera file",
        b"BM": "is a BMP picture",
        b"PK\x03\x04": "is an archive or office document",
        b"8BPS": "is a Photoshop document",
        b"\xff\x0a": "is a JPEG XL picture",
        b"\0\0\0\x0cJXL ": "is a JPEG XL picture",
        b"\0\0\x01\0": "is an icon",
    }
    for start, words in starts.items():
        if data.startswith(start):
            return words
    head = data[:1024].lower()
    if b"<svg" in head:
        return "is an SVG drawing"
    if not data.strip(b"\0"):
        return "is empty"
    return "is a web page" if b"<html" in head else "is not a photo"


def _bare_jpeg(data: bytes) -> BareFile:
    kept, orientation, found = [data[:2]], 1, False
    for marker, start, end in _jpeg_segments(data):
        body = data[start + 4 : end]
        if marker == 0xE1 and body.startswith(b"Exif\0\0") and not found:
            orientation, found = exif_orientation(body), True
        if marker == 0xDA:
            kept.append(data[start:])
            _check_scans(data, start)
        elif not _only_describes(marker, body):
            kept.append(data[start:end])
    return BareFile(b"".join(kept), orientation)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment up to and with the first start of scan."""
    at, marker = 2, 0
    while marker != 0xDA:
        if data[at] != 0xFF:
            raise Damaged("is damaged")
        while data[at + 1] == 0xFF:
            at += 1
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2 or 0xD0 <= marker <= 0xD9 or marker < 0xC0:
            raise Damaged("is damaged")
        if at + 2 + length > len(data):
            raise EndsEarly("ends early")
        yield marker, at, at + 2 + length
        at += 2 + length


def _only_describes(marker: int, body: bytes) -> bool:
    """APP0, Adobe's APP14 and the ICC profile say what the colours mean; the rest is about the photo."""
    if marker in (0xE0, 0xEE) or (marker == 0xE2 and body.startswith(b"ICC_PROFILE\0")):
        return False
    return marker == 0xFE or 0xE0 <= marker <= 0xEF


def _check_scans(data: bytes, start: int) -> None:
    """Inside the coded pixels 0xFF is followed by 0 or a restart mark, so these pairs are markers."""
    if data.find(b"\xff\xd9", start) < 0:
        raise EndsEarly("ends early")
    if data.count(b"\xff\xda", start) > MAX_SCANS:
        raise Damaged(f"is coded in more than {MAX_SCANS} passes, as no photo is")


def _bare_png(data: bytes) -> BareFile:
    kept, orientation, kind = [_PNG_START], 1, b""
    at = len(_PNG_START)
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise EndsEarly("ends early")
        if kind == b"eXIf":
            orientation = exif_orientation(data[at + 8 : end - 4])
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
        at = end
    return BareFile(b"".join(kept), orientation)


def _bare_gif(data: bytes) -> BareFile:
    """Header and first frame. GIF has no place for an orientation."""
    at = 13 + _gif_colours(data[10])
    head, control = data[:at], b""
    while data[at] == 0x21:
        end = _gif_blocks_end(data, at + 2)
        if data[at + 1] == 0xF9:
            control = data[at:end]
        at = end
    if data[at] != 0x2C:
        raise Damaged("holds no picture")
    left, top, width, height, flags = struct.unpack_from("<4HB", data, at + 1)
    end = _gif_blocks_end(data, at + 10 + _gif_colours(flags) + 1)
    screen_width, screen_height = struct.unpack_from("<2H", data, 6)
    size = max(screen_width, left + width), max(screen_height, top + height)
    return BareFile(head + control + data[at:end] + b";", size=size)


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _gif_blocks_end(data: bytes, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _bare_webp(data: bytes) -> BareFile:
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 > len(data):
        raise EndsEarly("ends early")
    at, orientation = 12, 1
    while at + 8 <= length + 8:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind == b"EXIF":
            orientation = exif_orientation(data[at + 8 : at + 8 + size])
        at += 8 + size + (size & 1)
    return BareFile(data, orientation)


def _bare_heic(data: bytes) -> BareFile:
    """Orientation is a property of the picture here, which the decoder applies; the one in EXIF must not be asked."""
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        size = size or len(data) - at
        if size < 8:
            raise Damaged("is damaged")
        if at + size > len(data):
            raise EndsEarly("ends early")
        at += size
    return BareFile(data)


_WALKS = {
    PhotoKind.JPEG: _bare_jpeg,
    PhotoKind.PNG: _bare_png,
    PhotoKind.WEBP: _bare_webp,
    PhotoKind.GIF: _bare_gif,
    PhotoKind.HEIC: _bare_heic,
}
