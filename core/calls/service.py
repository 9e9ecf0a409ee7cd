"""The wire: litellm on an event loop in a thread of its own, so that a hanging request can be dropped at once.

A blocking read cannot be taken back; a task can be cancelled, and cancelling it closes the connection. All services of
a process share the loop, which lives from the first call to the last `close`.
"""

import asyncio
import contextlib
import logging
import os
import queue
import threading
import warnings
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakSet

from core.calls.request import CallRequest

UNAWAITED = r"coroutine '\w+\.\w*(completion|streaming)\w*' was never awaited"
CONNECT_SECONDS = 10.0
"""Longest wait for a connection."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The request goes out now; what came before was our own preparation."""

    at: float


@dataclass(frozen=True, slots=True)
class Piece:
    """New text; empty where the model is thinking, which is a sign of life and no text."""

    text: str
    at: float


@dataclass(frozen=True, slots=True)
class Done:
    """The raw answer, in the form of a chat completion, also where it was streamed."""

    raw: Mapping[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class Broken:
    """litellm raised."""

    error: BaseException


Event = Sent | Piece | Done | Broken


class Exchange(Protocol):
    """One request on its way."""

    def next(self, seconds: float) -> Event | None:
        """The next event, or None where there is none within `seconds`."""
        ...

    def cancel(self) -> None:
        """Close the connection; harmless once it has ended."""
        ...


class Service(Protocol):
    """Whoever answers. Tests put a plain object here."""

    def open(self, request: CallRequest, key: str | None, streamed: bool) -> Exchange: ...

    def close(self) -> None: ...


def load_litellm() -> Any:
    """litellm, made quiet: no look-up of prices over the network, no callbacks, no retries of its own."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    module: Any = litellm
    module.suppress_debug_info = True
    module.drop_params = True
    module.num_retries = 0
    module.disable_hf_tokenizer_download = True
    # Counting tokens of photos is slow and a guess; only what the service counted is used.
    module.disable_token_counter = True
    module.callbacks = module.success_callback = module.failure_callback = []
    # A request cancelled while litellm still prepares it in a thread leaves a coroutine behind that never ran.
    warnings.filterwarnings("ignore", UNAWAITED, RuntimeWarning)
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)  # every failure is classified and logged by us
    return module


def missing_key(model: str) -> str | None:
    """Name of the environment variable in which litellm looks for the key of this model, where that is not set."""
    found: dict[str, Any] = load_litellm().validate_environment(model)
    names: list[str] = found.get("missing_keys") or []
    return next((name for name in reversed(names) if name.endswith("_KEY")), None)


class LitellmService:
    """`clock` stamps the events."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._holds_loop = False
        self._open: WeakSet[_OnLoop] = WeakSet()
        self._lock = threading.Lock()

    def open(self, request: CallRequest, key: str | None, streamed: bool) -> Exchange:
        with self._lock:
            if not self._holds_loop:
                _loop.hold()
                self._holds_loop = True
            exchange = _OnLoop(lambda put: _exchange(request, key, streamed, put, self._clock))
            self._open.add(exchange)
        return exchange

    def close(self) -> None:
        with self._lock:
            for exchange in self._open:
                exchange.cancel()
            if self._holds_loop:
                self._holds_loop = False
                _loop.release()


async def _exchange(
    request: CallRequest, key: str | None, streamed: bool, put: Callable[[Event], None], clock: Callable[[], float]
) -> None:
    try:
        litellm = await asyncio.to_thread(load_litellm)
        put(Sent(clock()))
        answer = await litellm.acompletion(**_arguments(request, key, streamed))
        raw = await _gather(answer, put, clock) if streamed else answer.model_dump(mode="json")
        put(Done(raw, clock()))
    except asyncio.CancelledError:
        # Whoever cancelled it does not listen any more; but when the whole service closes, somebody may.
        put(Broken(ConnectionAbortedError("the connection was closed on this side")))
        raise
    except Exception as error:  # noqa: BLE001 -- whatever it is, the caller's thread has to hear of it
        put(Broken(error))


def _arguments(request: CallRequest, key: str | None, streamed: bool) -> dict[str, Any]:
    import httpx

    # The caller counts the silence itself; litellm's limit only stands behind it.
    limit = httpx.Timeout(request.timeout + 5, connect=min(CONNECT_SECONDS, request.timeout))
    arguments = {
        **request.params,
        "model": request.model,
        "messages": [dict(message) for message in request.messages],
        "timeout": limit,
        "max_retries": 0,
        "num_retries": 0,
    }
    if request.api_base:
        arguments["api_base"] = request.api_base
    if key:
        arguments["api_key"] = key
    if streamed:
        arguments |= {"stream": True, "stream_options": {"include_usage": True}}
    return arguments


async def _gather(stream: Any, put: Callable[[Event], None], clock: Callable[[], float]) -> dict[str, Any]:
    """Pass the text on as it comes, and put the raw answer together."""
    text: list[str] = []
    thoughts: list[str] = []
    refusal = ""
    async for chunk in stream:
        delta: Any = chunk.choices[0].delta if chunk.choices else None
        word: str = getattr(delta, "content", None) or ""
        thought: str = getattr(delta, "reasoning_content", None) or ""
        refusal += getattr(delta, "refusal", None) or ""
        text.append(word)
        thoughts.append(thought)
        if word or thought:
            put(Piece(word, clock()))
    # litellm invents a final `stop` and a token count where the service sent none; these hold only what was sent.
    reported: list[Any] = [chunk.usage for chunk in stream.chunks if getattr(chunk, "usage", None)]
    message = {"role": "assistant", "content": "".join(text), "reasoning_content": "".join(thoughts) or None}
    finish: str | None = "content_filter" if refusal else stream.received_finish_reason
    return {
        "model": stream.model,
        "choices": [{"message": message, "finish_reason": finish}],
        "usage": reported[-1].model_dump(mode="json") if reported else None,
    }


class _OnLoop:
    """A coroutine on the shared loop, with its events in a queue."""

    def __init__(self, work: Callable[[Callable[[Event], None]], Coroutine[Any, Any, None]]) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._future = asyncio.run_coroutine_threadsafe(work(self._events.put), _loop.running())

    def next(self, seconds: float) -> Event | None:
        try:
            return self._events.get(timeout=seconds)
        except queue.Empty:
            return None

    def cancel(self) -> None:
        self._future.cancel()


class _SharedLoop:
    """Counts who holds it; started by the first, stopped and joined by the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def running(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None, "the loop is held while calls are open"
        return self._loop

    def hold(self) -> None:
        with self._lock:
            self._holders += 1
            if self._holders == 1:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="calls", daemon=True)
                self._thread.start()

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders or self._loop is None or self._thread is None:
                return
            with contextlib.suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(_wind_up(), self._loop).result(timeout=5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
            self._loop.close()
            self._loop = self._thread = None


async def _wind_up() -> None:
    """Cancel what still runs on this loop, then close litellm's connections."""
    import sys

    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    litellm: Any = sys.modules.get("litellm")
    if litellm is not None:
        await litellm.close_litellm_async_clients()
    await asyncio.get_running_loop().shutdown_default_executor()


_loop = _SharedLoop()
