"""The entry of a Gradio Space: started as a Space starts it, and behind ZeroGPU's own wrapper."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import photo_makers as make
from tests.local_helpers import build_tiny
from tests.serving import ROOT, chromium, free_port, needs_browser

pytestmark = pytest.mark.slow


def environment(folder: Path, **more: str) -> dict[str, str]:
    quiet = {
        "OMP_NUM_THREADS": "1",
        "HOME": str(folder),
        "HF_HUB_OFFLINE": "1",
        "SPORC_VIST_DATA": str(folder / "data"),
    }
    return {**os.environ, **quiet, **more}


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address. `python app/space.py`, from another folder, so that it has to find the project by itself."""
    folder, port = tmp_path_factory.mktemp("space"), free_port()
    address = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app" / "space.py")],
            cwd=folder,
            env=environment(folder, **address),
            stdout=log,
            stderr=log,
        )
    try:
        url = f"http://127.0.0.1:{port}/"
        await_page(url, process, folder / "log")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


def await_page(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(900):
        if process.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            if json.loads(get(url + "healthz")) == {"status": "ok"}:
                return
        time.sleep(0.1)
    raise AssertionError(f"the Space did not start:\n{log.read_text(errors='replace')[-3000:]}")


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def test_the_page_is_served_and_the_operators_is_not(space: str) -> None:
    assert b"SPoRC-VIST" in get(space)
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(space + "operator/")
    with refused.value as answer:
        assert answer.code in {401, 403, 404}


@pytest.mark.browser
@needs_browser
def test_a_story_is_told_and_voted_on(space: str, tmp_path: Path) -> None:
    photos = [tmp_path / "one.jpg", tmp_path / "two.png"]
    for path, kind in zip(photos, ("JPEG", "PNG"), strict=True):
        path.write_bytes(make.save(make.corners((320, 240)), kind))
    with chromium(viewport={"width": 1280, "height": 900}) as page:
        page.goto(space)
        page.locator("#left .turn").first.wait_for()
        page.locator("#photo-input").set_input_files([str(path) for path in photos])
        page.locator(".strip li").nth(1).wait_for()
        page.locator("#picker .busy").first.wait_for(state="detached")
        page.locator("#tell").click()
        page.locator("#compare-left").wait_for(timeout=120_000)
        page.locator("#compare-left").click()
        page.locator(".reveal").wait_for()
        assert "Miniature" in page.locator(".reveal").inner_text()


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `tests/lent_gpu.py` reports."""
    folder = tmp_path_factory.mktemp("lent")
    tiny = build_tiny(folder / "tiny")
    systems = [
        {"id": "base", "kind": "local", "model": str(tiny.base), "max_length": 1024},
        {"id": "tuned", "kind": "local", "model": str(tiny.base), "adapter": str(tiny.adapter), "max_length": 1024},
    ]
    (folder / "models.yaml").write_text(json.dumps({"systems": systems}))
    command = [sys.executable, "-m", "tests.lent_gpu", str(folder / "models.yaml"), str(folder / "data")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_lent_gpu_writes_what_this_process_writes(lent: dict[str, Any]) -> None:
    assert set(lent["here"]) == {"base", "tuned"} and all(lent["here"].values())
    assert lent["here"]["base"] != lent["here"]["tuned"]
    assert lent["lent"] == [lent["here"]] * 3, "three lent runs, the last after one that was stopped"
    assert len(lent["prints"]) == 2 and all(lent["prints"])


def test_models_are_loaded_before_the_gpu_is_lent(lent: dict[str, Any]) -> None:
    assert lent["loaded_before"]


def test_stop_reaches_the_process_of_the_lent_gpu(lent: dict[str, Any]) -> None:
    assert lent["stop"]["all_stopped"]
    assert lent["stop"]["seconds"] < 5


def test_a_refused_gpu_is_told_in_one_line(lent: dict[str, Any]) -> None:
    line = "The lent GPU gave up: You have exceeded your GPU quota. More. Try again later."
    assert lent["refused"] == [line, line]


def test_zerogpu_places_models_on_cuda() -> None:
    script = (
        "from app.space import _placed; from core.settings import LocalSystem; from spaces.config import Config;"
        "Config.zero_gpu = True;"
        "made = [_placed(LocalSystem(id='a', kind='local', model='m', device_map=d)) for d in ('auto', 'cpu')];"
        "print([one.device_map for one in made])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "['cuda', 'cpu']"
