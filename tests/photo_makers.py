"""Photo files made on the spot, for the tests and the benchmark of photos."""

import struct
import zlib
from io import BytesIO

import pillow_heif
from PIL import Image, PngImagePlugin

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIC")
RED, GREEN, BLUE, YELLOW = (220, 20, 20), (20, 180, 20), (20, 20, 220), (230, 220, 20)

STORED_CORNERS = {
    1: (0, 1, 2, 3),
    2: (1, 0, 3, 2),
    3: (3, 2, 1, 0),
    4: (2, 3, 0, 1),
    5: (0, 2, 1, 3),
    6: (1, 3, 0, 2),
    7: (3, 1, 2, 0),
    8: (2, 0, 3, 1),
}
"""By EXIF orientation: which seen corner (top left, top right, bottom left, bottom right) lies in each stored corner.

Written down from the standard's table of what row 0 and column 0 show (CIPA DC-008, Orientation), not computed.
"""


def corners(size: tuple[int, int], order: tuple[int, int, int, int] = (0, 1, 2, 3)) -> Image.Image:
    """Four coloured quarters: red, green, blue, yellow as seen upright, laid out in `order`."""
    width, height = size
    picture = Image.new("RGB", size)
    boxes = ((0, 0), (width // 2, 0), (0, height // 2), (width // 2, height // 2))
    for (left, top), corner in zip(boxes, order, strict=True):
        colour = (RED, GREEN, BLUE, YELLOW)[corner]
        picture.paste(colour, (left, top, left + width - width // 2, top + height - height // 2))
    return picture


def exif(orientation: int = 1, planted: bytes = b"") -> bytes:
    """An EXIF block with an orientation, a maker's name and a GPS position, written byte by byte."""
    make, gps = 200, 400
    block = bytearray(600 + len(planted))
    block[:8] = b"II*\0" + struct.pack("<I", 8)
    entries = [
        (0x010F, 2, max(len(planted), 1), make),
        (0x0112, 3, 1, orientation),
        (0x8825, 4, 1, gps),
    ]
    struct.pack_into("<H", block, 8, len(entries))
    for place, entry in enumerate(entries):
        struct.pack_into("<HHII", block, 10 + 12 * place, *entry)
    struct.pack_into("<H", block, gps, 2)
    struct.pack_into("<HHI4s", block, gps + 2, 1, 2, 2, b"N\0\0\0")
    struct.pack_into("<HHII", block, gps + 14, 2, 5, 3, gps + 40)
    struct.pack_into("<6I", block, gps + 40, 52, 1, 22, 1, 7777, 100)
    block[make : make + len(planted)] = planted
    return b"Exif\0\0" + bytes(block)


def save(
    picture: Image.Image, kind: str, orientation: int | None = None, planted: bytes = b"", **options: object
) -> bytes:
    """`picture` as a file of `kind`; with an EXIF block where `orientation` is given (GIF has none)."""
    if orientation and kind != "GIF":
        options["exif"] = exif(orientation, planted)
    if kind == "HEIC":
        kind = "HEIF"
        pillow_heif.register_heif_opener()  # the encoder; what is tested does not go through Pillow's registry
    target = BytesIO()
    picture.save(target, kind, **options)  # pyright: ignore[reportArgumentType] - options differ by format
    return target.getvalue()


def png_text(text: bytes) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text.decode("latin-1"))
    info.add_itxt("XML:com.adobe.xmp", text.decode("latin-1"))
    info.add_text("zipped", text.decode("latin-1"), zip=True)
    return info


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of that size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def gif_claiming(width: int, height: int) -> bytes:
    """A frame of one pixel on a screen of that size, to be cleared to the background afterwards."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    control = b"!\xf9\x04\x08\0\0\0\0"
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + screen + control + frame + b";"


def jpeg_segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
