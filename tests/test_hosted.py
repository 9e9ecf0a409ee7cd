"""Hosted systems against a real HTTP server on loopback that misbehaves as told."""

import base64
import io
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.calls import Backoff, Calls, Ledger, Reason
from core.errors import WriterError
from core.records import Finish, Sampling
from core.settings import HostedSystem
from core.writers.events import Delta, Failed, Finished, WriteRequest, WriterEvent
from core.writers.hosted import MESSAGES, HostedWriter
from tests import bad_server as bad
from tests.bad_server import BadServer, ok

ROOT = Path(__file__).resolve().parent.parent
QUICK = Backoff(first=0.05, cap=0.1, patience=2.0)


def jpeg(width: int, height: int, colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return file.getvalue()


REQUEST = WriteRequest(
    photos=(jpeg(640, 480, "red"), jpeg(64, 48, "blue")),
    prompt="Tell what happened.",
    sampling=Sampling(temperature=0.7, top_p=0.8, max_new_tokens=300, seed=11),
)


@pytest.fixture(scope="module")
def calls() -> Iterator[Calls]:
    """Quick between tries; its connections are closed at the end."""
    calls = Calls(backoff=QUICK)
    with BadServer([ok("warm")]) as server:  # importing litellm takes seconds, which no test here is about
        assert tell(server, calls)[-1] == finished()
    yield calls
    calls.close()


def await_request(server: BadServer) -> None:
    end = time.monotonic() + 20
    while not server.seen:
        assert time.monotonic() < end, "no request came"
        time.sleep(0.01)


class Ended(Finished):
    """Equal to every Finished of the same system for the same reason."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Finished) and (other.system_id, other.finish) == (self.system_id, self.finish)

    __hash__ = Finished.__hash__


def finished(finish: Finish = Finish.END) -> Finished:
    return Ended("side", finish, 0.0)


def system(base: str, **more: Any) -> HostedSystem:
    given = {"id": "side", "kind": "hosted", "model": "hosted_vllm/secret-model", "api_base": base, "timeout": 1.0}
    return HostedSystem.model_validate({**given, "retries": 2, **more})


def tell(
    server: BadServer, calls: Calls, request: WriteRequest = REQUEST, stop: threading.Event | None = None, **more: Any
) -> list[WriterEvent]:
    writer = HostedWriter([system(server.base, **more)], calls)
    return list(writer.write(request, ["side"], stop or threading.Event()))


def told(events: list[WriterEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def failure(events: list[WriterEvent]) -> str:
    assert isinstance(events[-1], Failed) and not any(isinstance(event, Finished) for event in events)
    return events[-1].reason


# What goes well


def test_text_comes_as_it_is_written(calls: Calls) -> None:
    with BadServer([ok("Once ", "upon ", "a time.", every=0.1)]) as server:
        writer = HostedWriter([system(server.base)], calls)
        came = [(time.monotonic(), event) for event in writer.write(REQUEST, ["side"], threading.Event())]
    assert [event for _, event in came] == [
        *(Delta("side", text) for text in ("Once ", "upon ", "a time.")),
        finished(),
    ]
    assert came[2][0] - came[0][0] > 0.15
    last = came[-1][1]
    assert isinstance(last, Finished) and last.tokens == 7 and last.price is None
    assert 0.25 < last.seconds < 2 and last.fingerprint.startswith("hosted-")


def test_what_is_sent(calls: Calls) -> None:
    with BadServer([ok("Yes.")]) as server:
        tell(server, calls, max_pixels=320 * 240)
        asked = server.seen[0]
    assert asked.path == "/v1/chat/completions"
    wanted = {"temperature": 0.7, "top_p": 0.8, "max_tokens": 300, "seed": 11, "stream": True, "model": "secret-model"}
    assert {name: asked.body[name] for name in wanted} == wanted
    (message,) = asked.body["messages"]
    assert [part["type"] for part in message["content"]] == ["image_url", "image_url", "text"]
    assert message["content"][2]["text"] == "Tell what happened."
    first, second = (sent_image(part) for part in message["content"][:2])
    assert first.width * first.height <= 320 * 240 and first.width > 300 and second.size == (64, 48)
    assert first.convert("RGB").getpixel((5, 5))[0] > 200 and second.convert("RGB").getpixel((5, 5))[2] > 200  # type: ignore[index] -- RGB


def sent_image(part: dict[str, Any]) -> Image.Image:
    head, _, data = part["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_systems_own_limit_bounds_the_answer(calls: Calls) -> None:
    with BadServer([ok("Yes.")]) as server:
        tell(server, calls, max_new_tokens=40)
    assert server.seen[0].body["max_tokens"] == 40


def test_an_answer_that_ran_out_of_room_says_so(calls: Calls) -> None:
    with BadServer([ok("Once upon", finish="length")]) as server:
        assert tell(server, calls) == [Delta("side", "Once upon"), finished(Finish.LENGTH)]


def test_thinking_is_no_text(calls: Calls) -> None:
    with BadServer([ok("Once.", reasoning=["They want ", "a story."])]) as server:
        assert told(tell(server, calls)) == "Once."


def test_the_key_goes_into_the_header_and_nowhere_else(calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_VISION_KEY", "sk-123456")
    with BadServer([ok("Yes.")]) as server:
        tell(server, calls, api_key_env="MY_VISION_KEY")
    headers = {name.lower(): value for name, value in server.seen[0].headers.items()}
    assert headers["authorization"] == "Bearer sk-123456" and "sk-123456" not in str(server.seen[0].body)


def test_two_systems_write_at_the_same_time(calls: Calls) -> None:
    with BadServer([ok("a ", "b ", "c ", every=0.15)]) as server:
        writer = HostedWriter([system(server.base, id="one"), system(server.base, id="two")], calls)
        events = list(writer.write(REQUEST, ["one", "two"], threading.Event()))
    assert abs(server.seen[0].at - server.seen[1].at) < 0.2
    assert sorted(event.system_id for event in events if isinstance(event, Finished)) == ["one", "two"]


def test_a_command_with_a_ledger_pays_once(calls: Calls, tmp_path: Path) -> None:
    kept = Calls(Ledger(tmp_path / "calls.sqlite"), backoff=QUICK)
    with BadServer([ok("Once ", "upon.")]) as server:
        assert told(tell(server, kept)) == told(tell(server, kept)) == "Once upon."
        again = WriteRequest(REQUEST.photos, REQUEST.prompt, REQUEST.sampling, attempt=2)
        tell(server, kept, again)
        assert len(server.seen) == 2
    kept.close()


# What goes wrong


def test_429_is_waited_out(calls: Calls) -> None:
    with BadServer([bad.status(429, headers={"Retry-After": "1"}), ok("Yes.")]) as server:
        assert tell(server, calls) == [Delta("side", "Yes."), finished()]
        assert 1.0 <= server.seen[1].at - server.seen[0].at < 2.0


def test_429_for_ever_is_given_up(calls: Calls) -> None:
    with BadServer([bad.status(429)]) as server:
        assert failure(tell(server, calls)) == "rate_limit"
        assert len(server.seen) == 3


def test_429_with_a_long_wait_is_said_at_once(calls: Calls) -> None:
    with BadServer([bad.status(429, headers={"Retry-After": "600"})]) as server:
        assert failure(tell(server, calls)) == "rate_limit"
        assert len(server.seen) == 1


def test_500_is_tried_again(calls: Calls) -> None:
    with BadServer([bad.status(500), bad.status(503), ok("Yes.")]) as server:
        assert tell(server, calls) == [Delta("side", "Yes."), finished()]
        assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (bad.status(401, "Incorrect API key"), "auth"),
        (bad.status(403), "auth"),
        (bad.status(402, "credit"), "payment"),
        (bad.status(404, "no such model"), "request"),
        (bad.status(400, "This model's maximum context length is 4096 tokens; you asked for 9000"), "context"),
        (bad.status(400, "unknown parameter"), "request"),
        (bad.status(400, "blocked", error={"code": "content_policy_violation"}), "bad_answer"),
        (ok(), "bad_answer"),
        (ok("  \n"), "bad_answer"),
        (ok(finish="content_filter"), "bad_answer"),
        (bad.not_json(), "bad_answer"),
    ],
)
def test_what_cannot_pass_fails_once(calls: Calls, reply: bad.Reply, reason: str) -> None:
    with BadServer([reply]) as server:
        assert failure(tell(server, calls)) == reason
        assert len(server.seen) == 1


def test_a_filter_in_the_middle_keeps_the_text_and_fails(calls: Calls) -> None:
    with BadServer([ok("Once upon", finish="content_filter")]) as server:
        events = tell(server, calls)
    assert told(events) == "Once upon" and failure(events) == "bad_answer"


def test_a_hang_before_the_headers_times_out(calls: Calls) -> None:
    with BadServer([bad.hang_before_headers()]) as server:
        start = time.monotonic()
        assert failure(tell(server, calls)) == "timeout"
        assert 0.9 < time.monotonic() - start < 2.5 and len(server.seen) == 1
        assert server.seen[0].gone.wait(1)


def test_a_hang_in_the_middle_times_out_and_keeps_the_text(calls: Calls) -> None:
    with BadServer([bad.hang_in_stream("Once ", "upon")]) as server:
        events = tell(server, calls)
        assert told(events) == "Once upon" and failure(events) == "timeout"
        assert len(server.seen) == 1 and server.seen[0].gone.wait(1)


def test_chunks_without_words_are_no_sign_of_life(calls: Calls) -> None:
    with BadServer([bad.drip_nothing()]) as server:
        start = time.monotonic()
        assert failure(tell(server, calls)) == "timeout"
        assert time.monotonic() - start < 2.5


def test_a_slow_stream_is_no_time_out(calls: Calls) -> None:
    with BadServer([ok(*"abcd", every=0.5)]) as server:
        assert tell(server, calls)[-1] == finished()


@pytest.mark.parametrize("clean", [False, True])
def test_a_stream_cut_in_the_middle_keeps_the_text_and_fails(calls: Calls, clean: bool) -> None:
    with BadServer([bad.cut("Once ", "upon", clean=clean), ok("never asked")]) as server:
        events = tell(server, calls)
        assert told(events) == "Once upon" and failure(events) == "cut" and len(server.seen) == 1


def test_a_stream_cut_before_any_text_is_tried_again(calls: Calls) -> None:
    with BadServer([bad.cut(), ok("Yes.")]) as server:
        assert told(tell(server, calls)) == "Yes."


def test_nobody_listening_is_a_connection(calls: Calls) -> None:
    writer = HostedWriter([system(f"http://127.0.0.1:{bad.free_port()}/v1", retries=1)], calls)
    assert failure(list(writer.write(REQUEST, ["side"], threading.Event()))) == "connection"


@pytest.mark.parametrize("reply", [bad.hang_before_headers(), bad.hang_in_stream("Once ")])
def test_stop_within_half_a_second_although_the_server_hangs(calls: Calls, reply: bad.Reply) -> None:
    with BadServer([reply]) as server:
        stop, start = threading.Event(), 0.0

        def press() -> None:
            nonlocal start
            start = time.monotonic()
            stop.set()

        timer = threading.Timer(0.3, press)
        timer.start()
        events = tell(server, calls, stop=stop, timeout=60)
        assert events[-1] == finished(Finish.STOPPED) and time.monotonic() - start < 0.5
        assert server.seen[0].gone.wait(0.5)  # the connection is closed, so the server stops working for us
        timer.join()


def test_stop_between_two_tries(calls: Calls) -> None:
    patient = Calls(backoff=Backoff(patience=60))
    with BadServer([bad.status(429, headers={"Retry-After": "30"})]) as server:
        stop = threading.Event()
        timer = threading.Timer(0.3, stop.set)
        timer.start()
        start = time.monotonic()
        assert tell(server, patient, stop=stop) == [finished(Finish.STOPPED)]
        assert time.monotonic() - start < 0.9
        timer.join()
    patient.close()


def test_closing_the_iterator_closes_the_connection(calls: Calls) -> None:
    with BadServer([bad.hang_in_stream("Once ")]) as server:
        events = HostedWriter([system(server.base, timeout=60)], calls).write(REQUEST, ["side"], threading.Event())
        assert next(events) == Delta("side", "Once ")
        start = time.monotonic()
        events.close()
        assert server.seen[0].gone.wait(0.5) and time.monotonic() - start < 0.5


def test_no_thread_is_left_behind() -> None:
    before = set(threading.enumerate())
    writer = HostedWriter([system("http://127.0.0.1:1/v1")])
    with BadServer([bad.hang_in_stream("Once ")]) as server:
        writer = HostedWriter([system(server.base, timeout=60)])
        events = writer.write(REQUEST, ["side"], threading.Event())
        next(events)
        events.close()
        writer.close()
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.name != "calls"]
    assert not left
    with pytest.raises(WriterError, match="closed"):
        writer.write(REQUEST, ["side"], threading.Event())


def test_closing_the_calls_ends_what_is_under_way() -> None:
    calls, ended = Calls(backoff=QUICK), threading.Event()
    with BadServer([bad.hang_before_headers()]) as server:
        told_: list[WriterEvent] = []
        thread = threading.Thread(target=lambda: (told_.extend(tell(server, calls, timeout=60)), ended.set()))
        thread.start()
        await_request(server)
        calls.close()
        assert ended.wait(1.0) and told_ == [finished(Finish.STOPPED)]
        thread.join()


def test_an_unknown_system_is_refused(calls: Calls) -> None:
    with pytest.raises(WriterError, match="other"):
        HostedWriter([system("http://127.0.0.1:1/v1")], calls).write(REQUEST, ["other"], threading.Event())


# What a visitor may read before the vote


def test_no_message_names_what_writes(calls: Calls, caplog: pytest.LogCaptureFixture) -> None:
    replies = [bad.status(401), bad.status(404), bad.status(400, "secret-model: context length"), bad.not_json()]
    telling = re.compile(r"secret|vllm|hosted|side\b.*127|http|127\.0|api|_KEY|litellm|openai", re.IGNORECASE)
    with caplog.at_level(logging.WARNING):
        for reply in replies:
            with BadServer([reply]) as server:
                event = tell(server, calls)[-1]
            assert isinstance(event, Failed)
            assert not telling.search(event.message), event.message
    assert "HOSTED_VLLM_API_KEY" in caplog.text and "hosted_vllm/secret-model" in caplog.text
    assert not any(telling.search(message) for message in MESSAGES.values())


def test_every_reason_has_its_message() -> None:
    assert set(MESSAGES) == set(Reason) - {Reason.STOPPED}


FIRST_USE = """
import sys, threading, time
from tests.test_hosted import *
def run():
    with BadServer([ok("Once.")]) as server:
        writer = HostedWriter([system(server.base)])
        stop = threading.Event()
        events = writer.write(REQUEST, ["side"], stop)
        assert "litellm" not in sys.modules
        threading.Timer(0.2, stop.set).start()
        start = time.monotonic()
        ended = list(events)
        assert ended == [finished(Finish.STOPPED)], ended
        assert time.monotonic() - start < 0.7, time.monotonic() - start
        events = list(writer.write(REQUEST, ["side"], threading.Event()))
        assert events[-1] == finished(), events
        assert events[-1].seconds < 2, events
        writer.close()
        assert "transformers" not in sys.modules and "torch" not in sys.modules
run()
"""


@pytest.mark.slow
def test_first_use_can_be_stopped_while_litellm_loads_and_leaves_nothing_open() -> None:
    """In a fresh interpreter with warnings as errors and asyncio's own checks on."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", FIRST_USE],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "Warning" not in ended.stderr and "unclosed" not in ended.stderr.lower(), ended.stderr
