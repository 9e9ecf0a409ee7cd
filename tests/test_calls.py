"""The one way to ask a paid service: retries, time, money and the ledger, on a service made of plain objects."""

import base64
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calls import Backoff, Budget, CallError, CallRequest, Calls, Ledger, Price, Prices, Reason, Reply, jpeg_url
from core.calls.faults import reason_of, retry_after
from core.calls.request import bare_address, without_images
from core.calls.service import Broken, Done, Event, Piece, Sent
from core.errors import BadInput

UNHURRIED = settings(deadline=None)
ROOT = Path(__file__).resolve().parent.parent


class Clock:
    """Stands still unless somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Exchange:
    def __init__(self, events: list[Event], clock: Clock) -> None:
        self.events, self.clock, self.cancelled = events, clock, False

    def next(self, seconds: float) -> Event | None:
        if self.events:
            return self.events.pop(0)
        self.clock.now += seconds
        return None

    def cancel(self) -> None:
        self.cancelled = True


class Service:
    """Gives one list of events a request; the last one repeats."""

    def __init__(self, *script: list[Event], clock: Clock | None = None) -> None:
        self.script = list(script)
        self.clock = clock or Clock()
        self.asked: list[CallRequest] = []
        self.exchanges: list[Exchange] = []

    def open(self, request: CallRequest, key: str | None, streamed: bool) -> Exchange:
        self.asked.append(request)
        self.exchanges.append(Exchange(list(self.script[min(len(self.asked), len(self.script)) - 1]), self.clock))
        return self.exchanges[-1]

    def close(self) -> None: ...


class HttpFault(Exception):
    """What litellm raises, as far as it is looked at."""

    def __init__(self, status_code: int, text: str = "no", **headers: str) -> None:
        super().__init__(text)
        self.status_code = status_code
        self.litellm_response_headers = {"date": "Mon, 02 Mar 2026 10:00:00 GMT"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }


def raw(
    text: str = "Hello.", finish: str | None = "stop", tokens: tuple[int, int] | None = (1000, 500)
) -> dict[str, Any]:
    usage = (
        {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)} if tokens else None
    )
    return {"choices": [{"message": {"content": text}, "finish_reason": finish}], "usage": usage}


def good(text: str = "Hello.", at: float = 102.0, **more: Any) -> list[Event]:
    return [Sent(100.0), Piece(text, at), Done(raw(text, **more), at)]


def broken(status: int, **headers: str) -> list[Event]:
    return [Sent(100.0), Broken(HttpFault(status, **headers))]


def question(text: str = "Which one?", **more: Any) -> CallRequest:
    return CallRequest("shop/m", [{"role": "user", "content": text}], {"max_tokens": 500}, **more)


PRICES = Prices({"shop/m": Price(1e-6, 2e-6)})


def calls_with(service: Service, pauses: list[float] | None = None, **more: Any) -> Calls:
    noted = [] if pauses is None else pauses
    return Calls(
        service=service,
        clock=service.clock,
        pause=lambda seconds, stop: noted.append(seconds),
        rng=random.Random(1),
        **{"prices": PRICES, **more},
    )


# Trying again


@UNHURRIED
@given(tries=st.integers(0, 40), seed=st.integers(), asked=st.none() | st.floats(0, 1000))
def test_backoff_keeps_its_bounds_and_the_services_word(tries: int, seed: int, asked: float | None) -> None:
    delay = Backoff(first=1.0, cap=30.0, patience=60.0).delay(tries, asked, random.Random(seed))
    if asked is None:
        assert delay is not None and 0 <= delay <= min(30.0, 2.0**tries)
    elif asked > 60:
        assert delay is None
    else:
        assert delay is not None and asked <= delay <= asked + 1.0


def test_backoff_spreads_clients_out() -> None:
    delays = [Backoff().delay(4, None, random.Random(seed)) or 0 for seed in range(200)]
    assert min(delays) < 2 and max(delays) > 14  # full jitter fills [0, 16]


def test_too_many_requests_is_waited_out_as_the_service_says() -> None:
    pauses: list[float] = []
    service = Service(broken(429, retry_after="7"), good())
    assert calls_with(service, pauses).ask(question()).text == "Hello."
    assert len(pauses) == 1 and 7 <= pauses[0] <= 8


def test_a_service_that_wants_an_hour_is_not_asked_again() -> None:
    service = Service(broken(429, retry_after="3600"))
    with pytest.raises(CallError) as caught:
        calls_with(service).ask(question())
    assert caught.value.reason is Reason.RATE_LIMIT and caught.value.retry_after == 3600 and len(service.asked) == 1


@pytest.mark.parametrize(("status", "reason"), [(429, Reason.RATE_LIMIT), (500, Reason.SERVER), (503, Reason.SERVER)])
def test_tries_are_bounded(status: int, reason: Reason) -> None:
    pauses: list[float] = []
    service = Service(broken(status))
    with pytest.raises(CallError) as caught:
        calls_with(service, pauses).ask(question(retries=2))
    assert caught.value.reason is reason and len(service.asked) == 3 and len(pauses) == 2


@pytest.mark.parametrize(
    ("status", "reason"), [(401, Reason.AUTH), (403, Reason.AUTH), (402, Reason.PAYMENT), (404, Reason.REQUEST)]
)
def test_what_cannot_pass_is_not_asked_again(status: int, reason: Reason) -> None:
    service = Service(broken(status))
    with pytest.raises(CallError) as caught:
        calls_with(service).ask(question())
    assert caught.value.reason is reason and caught.value.status == status and len(service.asked) == 1


def test_silence_times_out_and_closes_the_connection() -> None:
    service = Service([Sent(100.0)])
    with pytest.raises(CallError, match="no answer within 5 s") as caught:
        calls_with(service).ask(question(timeout=5, retries=0))
    assert caught.value.reason is Reason.TIMEOUT and service.exchanges[0].cancelled
    assert 105 <= service.clock.now <= 105.5


def test_an_answer_that_did_not_come_is_asked_for_again_unless_somebody_watches() -> None:
    for streamed, times in ((False, 3), (True, 1)):
        service = Service([Sent(100.0)])
        calls = calls_with(service)
        with pytest.raises(CallError):
            list(calls.stream(question(retries=2))) if streamed else calls.ask(question(retries=2))
        assert len(service.asked) == times


def test_our_own_preparation_does_not_count_as_silence() -> None:
    """Importing litellm takes seconds; the clock runs from Sent."""
    slow: list[Event] = [Sent(160.0), Piece("a", 161.0), Done(raw("a"), 162.0)]
    service = Service(slow)
    service.clock.now = 162.0
    assert calls_with(service).ask(question(timeout=5)).seconds == 2.0


def test_a_stream_is_not_taken_up_again_once_text_was_given_out() -> None:
    service = Service([Sent(100.0), Piece("Once ", 101.0), Broken(HttpFault(500))], good())
    stream = calls_with(service).stream(question())
    assert next(stream) == "Once "
    with pytest.raises(CallError) as caught:
        next(stream)
    assert caught.value.reason is Reason.CUT and len(service.asked) == 1


def test_a_stream_is_taken_up_again_before_any_text() -> None:
    service = Service([Sent(100.0), Piece("", 101.0), Broken(HttpFault(500))], good())
    items = list(calls_with(service).stream(question()))
    assert items[0] == "Hello." and isinstance(items[1], Reply) and len(service.asked) == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (raw("", "stop"), Reason.BAD_ANSWER),
        (raw(" \n", "stop"), Reason.BAD_ANSWER),
        (raw("", None), Reason.BAD_ANSWER),
        (raw("", "content_filter"), Reason.REFUSED),
        (raw("Half a", None), Reason.CUT),
    ],
)
def test_a_stream_without_a_whole_answer_is_a_failure(answer: dict[str, Any], reason: Reason) -> None:
    with pytest.raises(CallError) as caught:
        list(calls_with(Service([Sent(100.0), Done(answer, 101.0)])).stream(question(retries=0)))
    assert caught.value.reason is reason


def test_stop_ends_a_silent_stream_with_what_there_was() -> None:
    service, stop = Service([Sent(100.0), Piece("Once ", 101.0)]), threading.Event()
    stream = calls_with(service).stream(question(), stop=stop)
    assert next(stream) == "Once "
    stop.set()
    reply = next(stream)
    assert isinstance(reply, Reply) and (reply.text, reply.finish) == ("Once ", "stopped")
    assert list(stream) == [] and service.exchanges[0].cancelled


def test_closing_a_stream_closes_the_connection_and_frees_its_place() -> None:
    service = Service([Sent(100.0), Piece("Once ", 101.0)], good())
    calls = calls_with(service, concurrency=1)
    stream = calls.stream(question())
    next(stream)
    stream.close()
    assert service.exchanges[0].cancelled
    assert calls.ask(question()).text == "Hello."


def test_waiting_for_a_place_hears_stop() -> None:
    service, stop = Service([Sent(100.0), Piece("Once ", 101.0)]), threading.Event()
    calls = calls_with(service, concurrency=1)
    first = calls.stream(question())
    next(first)
    stop.set()
    with pytest.raises(CallError) as caught:
        calls.ask(question("Another?"), stop=stop)
    assert caught.value.reason is Reason.STOPPED and len(service.asked) == 1
    first.close()


def test_no_more_requests_at_once_than_allowed() -> None:
    state = {"now": 0, "most": 0}
    lock = threading.Lock()

    class Slow(Exchange):
        def next(self, seconds: float) -> Event | None:
            with lock:
                state["now"] += 1
                state["most"] = max(state["most"], state["now"])
            time.sleep(0.01)
            with lock:
                state["now"] -= 1
            return super().next(seconds)

    class SlowService(Service):
        def open(self, request: CallRequest, key: str | None, streamed: bool) -> Exchange:
            return Slow([Done(raw(), 101.0)], self.clock)

    calls = calls_with(SlowService(), concurrency=3)
    in_threads([lambda n=n: calls.ask(question(str(n))) for n in range(12)])
    assert state["most"] == 3


def in_threads(work: Sequence[Callable[[], Any]]) -> None:
    threads = [threading.Thread(target=job) for job in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


# Money


def test_a_price_is_tokens_times_price() -> None:
    assert calls_with(Service(good())).ask(question()).price == pytest.approx(1000e-6 + 2 * 500e-6)


def test_the_services_own_figure_goes_first() -> None:
    answer = raw()
    answer["usage"]["cost"] = 0.25
    assert calls_with(Service([Sent(1.0), Done(answer, 2.0)])).ask(question()).price == 0.25


def test_an_unknown_price_is_none_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    calls = calls_with(Service(good()), prices=Prices())
    assert [calls.ask(question(text)).price for text in "ab"] == [None, None]
    assert caplog.text.count("shop/m: no price is known") == 1


def test_a_model_listed_without_prices_is_unknown_and_not_free() -> None:
    assert Prices().cost("ollama/llava", 1000, 1000) is None
    known = Prices().cost("anthropic/claude-opus-4-5", 1_000_000, 0)
    assert known is not None and known > 0


def test_the_budget_stops_before_it_is_passed() -> None:
    service = Service(good())
    budget = Budget(0.005)
    calls = calls_with(service, budget=budget)
    asked = 0
    with pytest.raises(CallError, match=r"raise the budget") as caught:
        for number in range(100):
            calls.ask(question(f"Question {number}?"))
            asked += 1
    assert caught.value.reason is Reason.BUDGET
    assert asked == len(service.asked) == 2  # 0.002 each; the third with its estimate of at least 0.001 would not fit
    assert budget.spent == pytest.approx(0.004) and budget.left == pytest.approx(0.001)


def test_the_budget_holds_for_many_threads() -> None:
    # Here an answer costs exactly its upper estimate, the worst a service can bill.
    service = Service([Sent(1.0), Done(raw(tokens=(0, 500)), 2.0)])
    budget = Budget(0.0105)
    prices = Prices({"shop/m": Price(0.0, 2e-6)})
    calls = calls_with(service, budget=budget, prices=prices)

    def ask(number: int) -> None:
        try:
            calls.ask(question(str(number)))
        except CallError as error:
            assert error.reason is Reason.BUDGET

    in_threads([lambda n=n: ask(n) for n in range(40)])
    assert len(service.asked) == 10 and budget.spent == pytest.approx(0.010)


def test_a_budget_needs_a_price() -> None:
    service = Service(good())
    with pytest.raises(CallError, match="no price is known") as caught:
        calls_with(service, budget=Budget(1.0), prices=Prices()).ask(question())
    assert caught.value.reason is Reason.BUDGET and not service.asked


def test_only_what_may_have_been_billed_is_counted_after_a_failure() -> None:
    budget = Budget(1.0)
    with pytest.raises(CallError):
        calls_with(Service(broken(429)), budget=budget).ask(question(retries=1))
    assert budget.spent == 0 and budget.left == 1.0
    with pytest.raises(CallError):
        calls_with(Service([Sent(100.0)]), budget=budget).ask(question(timeout=1, retries=0))
    assert budget.spent > 0.001 and budget.left == pytest.approx(1.0 - budget.spent)


def test_photos_count_in_the_estimate() -> None:
    words = question("x" * 100)
    photo = CallRequest("shop/m", [picture_message(b"\xff\xd8 no real jpeg")], {"max_tokens": 500})
    plain, pictured = PRICES.at_most(words), PRICES.at_most(photo)
    assert plain is not None and pictured is not None and pictured - plain > 2000e-6 - 100e-6


@pytest.mark.parametrize("limit", [0, -1, float("nan")])
def test_a_budget_is_above_zero(limit: float) -> None:
    with pytest.raises(BadInput, match="above 0"):
        Budget(limit)


# The ledger


def picture_message(jpeg: bytes) -> dict[str, Any]:
    parts = [{"type": "image_url", "image_url": {"url": jpeg_url(jpeg)}}, {"type": "text", "text": "What is this?"}]
    return {"role": "user", "content": parts}


def test_nothing_is_asked_twice(tmp_path: Path) -> None:
    service = Service(good())
    calls = calls_with(service, ledger=Ledger(tmp_path / "calls.sqlite"))
    first, second = calls.ask(question()), calls.ask(question(purpose="other"))
    assert len(service.asked) == 1 and not first.cached and second.cached
    assert (second.text, second.price, second.tokens_out, second.seconds) == ("Hello.", first.price, 500, 2.0)


def test_a_further_attempt_is_a_new_question(tmp_path: Path) -> None:
    service = Service(good("unreadable"), good("left"))
    calls = calls_with(service, ledger=Ledger(tmp_path / "calls.sqlite"))
    assert calls.ask(question(), attempt=1).text == "unreadable"
    assert calls.ask(question(), attempt=2).text == "left"
    assert calls.ask(question(), attempt=2).cached and len(service.asked) == 2


def test_a_failed_stream_is_asked_anew_and_a_good_one_served(tmp_path: Path) -> None:
    service = Service([Sent(100.0), Done(raw(""), 101.0)], good("Once upon"))
    calls = calls_with(service, ledger=Ledger(tmp_path / "calls.sqlite"))
    with pytest.raises(CallError):
        list(calls.stream(question()))
    for _ in range(2):
        items = list(calls.stream(question()))
        assert items[0] == "Once upon" and isinstance(items[1], Reply)
    assert len(service.asked) == 2


def test_the_same_question_from_many_threads_goes_out_once(tmp_path: Path) -> None:
    service = Service(good())
    calls = calls_with(service, ledger=Ledger(tmp_path / "calls.sqlite"))
    replies: list[Reply] = []
    in_threads([lambda: replies.append(calls.ask(question()))] * 8)
    assert len(service.asked) == 1 and sorted(reply.cached for reply in replies) == [False] + [True] * 7


def test_the_raw_answer_is_on_disk_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"

    class Unreadable(Prices):
        def paid(self, model: str, raw: Any, tokens: Any) -> float | None:
            raise RuntimeError("the reader broke")

    with pytest.raises(RuntimeError):
        calls_with(Service(good()), ledger=Ledger(path), prices=Unreadable({"shop/m": Price(1, 1)})).ask(question())
    service = Service(good("never asked"))
    assert calls_with(service, ledger=Ledger(path)).ask(question()).text == "Hello." and not service.asked


def test_neither_photos_nor_keys_are_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jpeg = bytes(random.Random(2).randbytes(3000))
    monkeypatch.setenv("SHOP_SECRET", "sk-very-secret")
    base = "http://me:sk-very-secret@127.0.0.1:9/v1?key=sk-very-secret"
    request = CallRequest("shop/m", [picture_message(jpeg)], {}, api_base=base, api_key_env="SHOP_SECRET", retries=0)
    ledger = Ledger(tmp_path / "calls.sqlite")
    answers = (
        [Sent(1.0), Done(raw(f"I see {jpeg_url(jpeg)}"), 2.0)],
        [Sent(1.0), Broken(HttpFault(401, "sk-very-secret?"))],
    )
    calls = calls_with(Service(*answers), ledger=ledger)
    calls.ask(request)
    with pytest.raises(CallError) as caught:
        calls.ask(request, attempt=2)
    assert caught.value.detail == "[key]?" and "SHOP_SECRET" in str(caught.value)
    ledger.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    encoded = base64.b64encode(jpeg)
    assert b"sk-very-secret" not in stored
    assert not any(encoded[start : start + 24] in stored for start in range(0, len(encoded) - 24, 24))
    assert stored.count(hashlib.sha256(jpeg).hexdigest().encode()) >= 2


def test_photos_are_part_of_the_key() -> None:
    one, other = (CallRequest("shop/m", [picture_message(jpeg)]) for jpeg in (b"one", b"two"))
    assert one.key(1) != other.key(1) and one.key(1) == CallRequest("shop/m", [picture_message(b"one")]).key(1)


JSON = st.recursive(
    st.text() | st.integers() | st.none() | st.booleans(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
    max_leaves=10,
)


@UNHURRIED
@given(JSON)
def test_what_holds_no_picture_stays_as_it_is(value: Any) -> None:
    assert without_images(value) == value


def test_spending_is_summed_by_purpose_and_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    calls = calls_with(Service(good()), ledger=Ledger(path))
    calls.ask(question("a", purpose="judge"))
    calls.ask(question("b", purpose="excerpt"))
    ledger = Ledger(path)
    assert ledger.spent("judge") == pytest.approx(0.002) and ledger.spent() == pytest.approx(0.004)
    assert Ledger(path).spent("nothing") == 0


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.test_calls import *
class Dies(Service):
    def open(self, request, key, streamed):
        if len(self.asked) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().open(request, key, streamed)
calls = calls_with(Dies(good()), ledger=Ledger(Path({path!r})))
for text in "abc":
    calls.ask(question(text))
"""


def test_after_a_kill_only_the_missing_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite"
    script = KILLED.format(root=str(ROOT), path=str(path))
    ended = subprocess.run([sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    service, ledger = Service(good()), Ledger(path)
    # The try cut short counts with what was set aside for it: the service may have billed it.
    assert 0.005 < ledger.spent() < 0.006
    calls = calls_with(service, ledger=ledger)
    assert [calls.ask(question(text)).cached for text in "abcd"] == [True, True, False, False]
    assert [request.messages[0]["content"] for request in service.asked] == ["c", "d"]


def test_an_unusable_ledger_is_named(tmp_path: Path) -> None:
    (tmp_path / "calls.sqlite").write_text("this is no database, though it is long enough to be looked at")
    with pytest.raises(BadInput, match=r"calls\.sqlite: cannot be used as the ledger"):
        Ledger(tmp_path / "calls.sqlite")


def test_the_ledger_survives_power_loss_by_its_settings(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "calls.sqlite")
    assert sqlite3.connect(tmp_path / "calls.sqlite").execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert ledger._one("PRAGMA synchronous") == (2,)


# Faults


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (400, "This model's maximum context length is 4096 tokens", Reason.CONTEXT),
        (413, "Payload Too Large", Reason.CONTEXT),
        (400, "unknown parameter", Reason.REQUEST),
        (408, "slow", Reason.TIMEOUT),
        (200, "Unable to get json response - Expecting value: line 1", Reason.BAD_ANSWER),
        (502, "bad gateway", Reason.SERVER),
    ],
)
def test_reasons(status: int, text: str, reason: Reason) -> None:
    assert reason_of(HttpFault(status, text)) is reason


def test_an_exception_nobody_answered_is_a_connection() -> None:
    assert reason_of(OSError("refused")) is Reason.CONNECTION


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Mon, 02 Mar 2026 10:00:30 GMT", "date": "Mon, 02 Mar 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Mon, 02 Mar 2026 09:00:00 GMT", "date": "Mon, 02 Mar 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_addresses_lose_what_may_be_secret() -> None:
    assert bare_address("https://u:p@host:8/v1/?k=1#f") == "https://host:8/v1"
    assert bare_address(None) is None


def test_a_missing_key_is_noticed_before_anything_is_sent() -> None:
    service = Service(good())
    with pytest.raises(CallError, match="SPORC_VIST_NO_SUCH_KEY") as caught:
        calls_with(service).ask(question(api_key_env="SPORC_VIST_NO_SUCH_KEY"))
    assert caught.value.reason is Reason.AUTH and not service.asked


def test_importing_the_calls_and_the_studio_is_light() -> None:
    heavy = "torch transformers litellm peft openai httpx aiohttp"
    script = f"import sys, core.calls, core.writers.studio; sys.exit(bool(set('{heavy}'.split()) & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", script], check=False, cwd=ROOT, env=os.environ)
    assert ended.returncode == 0
