"""Takes the pictures in docs/images from the running product: `python -m docs.screenshots`.

Starts the real server with the sample stories, drives a real Chromium, and keeps what the README shows.
"""

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from tests.serving import ROOT, Server, chromium

IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1280, 900
COLOURS = 128
"""In each picture, so that the repository stays small."""


def take(page: Any, url: str, name: str) -> None:
    page.goto(url)
    page.locator("#left .turn").first.wait_for()
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            for scheme, name in (("light", "compare"), ("dark", "compare-dark")):
                with chromium(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme) as page:
                    take(page, server.url, name)
        finally:
            server.stop()
    print(*(path.relative_to(ROOT) for path in sorted(IMAGES.glob("*.png"))), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
