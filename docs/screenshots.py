"""Takes the pictures in docs/images from the running product: `python -m docs.screenshots`.

Starts the real server with the sample stories, drives a real Chromium, and keeps what the README shows.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.serving import ROOT, Server, chromium

IMAGES = ROOT / "docs" / "images"
SIZES = {"compare": (1280, 900), "compare-phone": (390, 844)}


def take(page: Any, url: str, name: str) -> None:
    page.goto(url)
    page.locator("#left .turn").first.wait_for()
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=str(IMAGES / f"{name}.png"))


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            for name, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    tail = "" if scheme == "light" else "-dark"
                    with chromium(viewport={"width": width, "height": height}, color_scheme=scheme) as page:
                        take(page, server.url, name + tail)
        finally:
            server.stop()
    print(*(path.relative_to(ROOT) for path in sorted(IMAGES.glob("*.png"))), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
