"""One request from sending to the raw answer, bounded in time and open to `stop`."""

import os
import threading
from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple

from core.calls.faults import CallError, Reason, classify, fault
from core.calls.holding import POLL
from core.calls.request import CallRequest, parse
from core.calls.service import Broken, Done, Event, Piece, Service, missing_key


class Answered(NamedTuple):
    """A raw answer, and the seconds from sending to its last token."""

    raw: Mapping[str, Any]
    seconds: float


def listen(
    service: Service, request: CallRequest, stop: threading.Event, streamed: bool, clock: Callable[[], float]
) -> Generator[str, None, Answered]:
    """Yields the text of a streamed answer and returns the raw one. Closing it closes the connection.

    Raises CallError. Once text was given out, a broken connection is a cut.
    """
    key = _key(request)
    exchange = service.open(request, key, streamed)
    sent = heard = None
    shown = False
    try:
        while True:
            if stop.is_set():
                raise CallError(f"{request.model}: stopped", Reason.STOPPED)
            event: Event | None = exchange.next(POLL)
            if event is None:
                if heard is not None and clock() - heard > request.timeout:
                    raise fault(request.model, Reason.TIMEOUT, timeout=request.timeout)
                continue
            if isinstance(event, Broken):
                raise _broken(event.error, request, key, shown)
            heard = event.at
            sent = heard if sent is None else sent
            if isinstance(event, Done):
                return Answered(event.raw, event.at - sent)
            if isinstance(event, Piece) and event.text:
                shown = True
                yield event.text
    finally:
        exchange.cancel()


def check_streamed(request: CallRequest, raw: Mapping[str, Any]) -> None:
    """Raises CallError where a stream that ended well in form holds no whole answer."""
    text, finish = parse(raw)
    if finish == "content_filter":
        raise fault(request.model, Reason.REFUSED)
    if not text.strip():
        raise fault(request.model, Reason.BAD_ANSWER)
    if finish is None:
        raise fault(request.model, Reason.CUT)


def key_variable(request: CallRequest) -> str:
    """Name of the environment variable that should hold the key: the one given, litellm's, or the usual form."""
    provider = request.model.partition("/")[0] if "/" in request.model else "openai"
    return request.api_key_env or missing_key(request.model) or f"{provider.upper().replace('-', '_')}_API_KEY"


def _key(request: CallRequest) -> str | None:
    if request.api_key_env is None:
        return None
    key = os.environ.get(request.api_key_env)
    if not key:
        raise fault(request.model, Reason.AUTH, key_env=request.api_key_env)
    return key


def _broken(error: BaseException, request: CallRequest, key: str | None, shown: bool) -> CallError:
    variable = key_variable(request)
    secret = key or os.environ.get(variable)
    found = classify(error, request.model, timeout=request.timeout, key_env=variable, secret=secret)
    if shown and found.reason in (Reason.CONNECTION, Reason.SERVER):
        return fault(request.model, Reason.CUT, detail=found.detail)
    return found
