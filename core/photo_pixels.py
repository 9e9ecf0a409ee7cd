"""Photo files -> pixels as a person sees them: upright, in sRGB, on white, of a bounded size.

Pillow's global settings are not touched and its size check, which is one of them, is not relied on: each file goes to
the one decoder its kind calls for, and the caller looks at the size before any pixel is decoded.
"""

import logging
from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple, TypeVar, cast

from PIL import Image, ImageCms, ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.photo_files import Damaged, PhotoKind

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

QUALITY = 90
"""Of the JPEG files written, in Pillow's scale of 1 to 95."""

_MAX_PROFILE = 4_000_000  # bytes; CMYK profiles reach 2.7 MB
_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DECODERS: dict[PhotoKind, type[ImageFile.ImageFile]] = {
    PhotoKind.JPEG: JpegImageFile,
    PhotoKind.PNG: PngImageFile,
    PhotoKind.WEBP: WebPImageFile,
    PhotoKind.GIF: GifImageFile,
}


class Opened(NamedTuple):
    """A photo whose header has been read."""

    kind: PhotoKind
    size: tuple[int, int]
    """Width and height in pixels, as the file says."""
    picture: Callable[[], Image.Image]
    """Decodes at the latest when pixels are asked for."""


def open_photo(data: bytes, kind: PhotoKind) -> Opened:
    """Read the header. Raises Damaged."""
    return _guarded(lambda: _open(data, kind), kind)


def upright_rgb(photo: Opened, orientation: int, box: tuple[int, int], slack: float = 1.0) -> Image.Image:
    """Decode, fit into `box` (width and height before turning) and turn by `orientation`, as in EXIF. Raises Damaged.

    A JPEG can be decoded at a half, a quarter or an eighth, for a tenth of what resizing costs. Where that leaves at
    least `slack` of the box, it stays so: 4032 pixels become 2016, not 2048.
    """
    least = max(1, int(box[0] * slack)), max(1, int(box[1] * slack))
    return _guarded(lambda: _redraw(photo.picture(), orientation, box, least), photo.kind)


def encode(image: Image.Image) -> bytes:
    """JPEG of the pixels alone: what hangs on the image (a comment, a profile, EXIF) would be written along."""
    image.info = {}
    target = BytesIO()
    image.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def _open(data: bytes, kind: PhotoKind) -> Opened:
    if kind is PhotoKind.HEIC:
        from pillow_heif import HeifFile

        container = HeifFile(BytesIO(data))
        primary = container[cast(Any, container).primary_index]
        return Opened(kind, primary.size, primary.to_pillow)
    image = _DECODERS[kind](BytesIO(data))
    return Opened(kind, image.size, lambda: image)


def _guarded(work: Callable[[], _T], kind: PhotoKind) -> _T:
    try:
        return work()
    except MemoryError:
        raise Damaged("needs more memory than there is") from None
    except Exception as error:  # noqa: BLE001 - decoders raise whatever they like on hostile bytes
        _log.info("a %s file could not be decoded: %s: %s", kind, type(error).__name__, error)
        raise Damaged(f"starts like a {kind} photo but is damaged or incomplete") from None


def _redraw(image: Image.Image, orientation: int, box: tuple[int, int], least: tuple[int, int]) -> Image.Image:
    profile = image.info.get("icc_profile")
    _decode_small(image, least)
    image = _on_white(_plain_mode(image))  # before resizing, which is ten times slower on RGBA
    image.thumbnail(box, Image.Resampling.BICUBIC, reducing_gap=2.0)
    image.load()  # small pictures pass the line above untouched, and their pixels may be missing
    image = _to_srgb(image, profile)
    return image.transpose(_TO_UPRIGHT[orientation]) if orientation in _TO_UPRIGHT else image


def _decode_small(image: Image.Image, least: tuple[int, int]) -> None:
    """Ask a JPEG decoder for the smallest scale at which the picture still reaches one side of `least`."""
    if isinstance(image, JpegImageFile):
        scale = min(least[0] / image.width, least[1] / image.height)
        image.draft(None, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))


def _plain_mode(image: Image.Image) -> Image.Image:
    """L, RGB, RGBA or CMYK, 8 bits a channel: what can be resized. A JPEG stays undecoded, to be decoded small."""
    if image.mode.startswith("I"):
        image.info.pop("transparency", None)
        # convert alone clips 16 bits at 255 instead of scaling them
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Colours as the profile means them. One that is broken or for other channels is left out, as browsers do."""
    if isinstance(profile, bytes) and 0 < len(profile) <= _MAX_PROFILE:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = cast(Any, ImageCms).createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
            _log.info("a colour profile was left out: %s", error)
    return image if image.mode == "RGB" else image.convert("RGB")
