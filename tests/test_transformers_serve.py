"""Hosted systems against a real model server: `transformers serve` with a tiny Qwen3-VL on loopback."""

import os
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from core.calls import Calls, Reply
from core.records import Finish, Sampling
from core.settings import HostedSystem
from core.writers.events import Delta, Finished, WriteRequest
from core.writers.hosted import HostedWriter, call_for
from tests.bad_server import free_port
from tests.local_helpers import Tiny, build_tiny

pytestmark = pytest.mark.slow

START_SECONDS = 180


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return build_tiny(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def served(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedSystem]:
    """The server as a process of its own, taken down at the end; it reaches no network."""
    port, log = free_port(), tmp_path_factory.mktemp("log") / "serve.log"
    command = [Path(sys.executable).parent / "transformers", "serve", tiny.base]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with log.open("wb") as output:
        server = subprocess.Popen([*command, *options], stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/health", server, log)
        given = {"id": "side", "kind": "hosted", "model": f"hosted_vllm/{tiny.base}", "timeout": 60}
        yield HostedSystem.model_validate({**given, "api_base": f"http://127.0.0.1:{port}/v1"})
    finally:
        server.terminate()
        server.wait(20)


def wait_until_up(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"transformers serve did not come up:\n{log.read_text(errors='replace')[-2000:]}")


def photo(seed: int, size: tuple[int, int] = (160, 120)) -> bytes:
    """Noise, so that two photos have nothing in common."""
    file = BytesIO()
    Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3)).save(file, "JPEG")
    return file.getvalue()


def request(*photos: bytes, **sampling: float) -> WriteRequest:
    given = {"temperature": 0.0, "max_new_tokens": 30, **sampling}
    return WriteRequest(photos, "Tell what happened.", Sampling(**given))  # type: ignore[arg-type] -- whole numbers


def test_a_story_is_streamed_piece_by_piece(served: HostedSystem) -> None:
    writer = HostedWriter([served])
    events = list(writer.write(request(photo(1), photo(2)), ["side"], threading.Event()))
    writer.close()
    pieces = [event.text for event in events if isinstance(event, Delta)]
    last = events[-1]
    assert isinstance(last, Finished) and last.finish is Finish.LENGTH and last.tokens == 30 and last.seconds > 0
    assert len(pieces) > 10 and "Speaker" in "".join(pieces)


def test_the_photos_travel(served: HostedSystem) -> None:
    """The same words with other photos are other tokens and another story; the model sees each of them."""
    calls = Calls()

    def answer(*photos: bytes) -> Reply:
        *_, reply = calls.stream(call_for(served, request(*photos)))
        assert isinstance(reply, Reply)
        return reply

    one, other, both, turned = (
        answer(photo(1)),
        answer(photo(2)),
        answer(photo(1), photo(2)),
        answer(photo(2), photo(1)),
    )
    large = answer(photo(1, (640, 480)))
    calls.close()
    assert one.text != other.text and both.text != turned.text
    tokens = [reply.tokens_in or 0 for reply in (one, other, both, turned, large)]
    assert tokens[0] == tokens[1] < tokens[2] == tokens[3] < tokens[4]


def test_photos_are_shrunk_to_the_systems_limit(served: HostedSystem) -> None:
    calls = Calls()
    counts: list[int] = []
    for limit in (160 * 120, 640 * 480):
        system = served.model_copy(update={"max_pixels": limit})
        *_, reply = calls.stream(call_for(system, request(photo(1, (640, 480)))))
        assert isinstance(reply, Reply) and reply.tokens_in
        counts.append(reply.tokens_in)
    calls.close()
    assert counts[0] < counts[1] / 3


def test_stop_ends_a_long_story_within_half_a_second(served: HostedSystem) -> None:
    writer, stop = HostedWriter([served]), threading.Event()
    events = writer.write(request(photo(1), max_new_tokens=3000), ["side"], stop)
    for _, event in zip(range(5), events, strict=False):
        assert isinstance(event, Delta)
    stop.set()
    start = time.monotonic()
    *_, last = events
    assert time.monotonic() - start < 0.5
    assert isinstance(last, Finished) and last.finish is Finish.STOPPED
    # The server has been told: it answers the next one at once.
    start = time.monotonic()
    assert isinstance(list(writer.write(request(photo(1)), ["side"], threading.Event()))[-1], Finished)
    assert time.monotonic() - start < 10
    writer.close()
