"""A picture file as the model is shown it: upright and RGB, at its own size."""

from io import BytesIO
from pathlib import Path
from typing import Any

from core.errors import PhotoError


def open_picture(path: Path) -> Any:
    """A PIL image, fully decoded. Raises PhotoError with the path and the cure."""
    return decode(path, read(path))


def read(path: Path) -> bytes:
    """Raises PhotoError."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise PhotoError(f"picture {path} is missing; put it there, or take the sample out") from None
    except (OSError, ValueError) as error:
        raise PhotoError(f"picture {path} cannot be read ({error}); replace it") from None


def decode(path: Path, data: bytes) -> Any:
    """Raises PhotoError."""
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(data)) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        told = " ".join(str(error).split()).replace(f" {BytesIO.__name__}", "")
        raise PhotoError(f"picture {path} cannot be read ({told}); replace it") from None
