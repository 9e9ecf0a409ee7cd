"""The door to paid services: what the ledger holds is not asked; the rest is asked, again where that helps."""

import itertools
import logging
import random
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing

from core.calls.account import Account
from core.calls.budget import Budget
from core.calls.faults import MAY_PASS, CallError, Reason
from core.calls.holding import KeyLocks, held
from core.calls.ledger import Ledger
from core.calls.prices import Prices
from core.calls.request import CallRequest, Reply, parse, tokens_of
from core.calls.retry import Backoff, Pause, wait
from core.calls.service import LitellmService, Service
from core.calls.wire import check_streamed, listen

log = logging.getLogger(__name__)

Answering = Generator[str | Reply]
"""Text as it comes, then one Reply."""


class Calls:
    """Safe to use from several threads. Without a ledger nothing is kept, as a visitor's calls require."""

    def __init__(
        self,
        ledger: Ledger | None = None,
        *,
        budget: Budget | None = None,
        prices: Prices | None = None,
        concurrency: int = 8,
        backoff: Backoff | None = None,
        service: Service | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Pause = wait,
        rng: random.Random | None = None,
    ) -> None:
        """`concurrency` bounds the requests on the wire at one time."""
        self._ledger = ledger
        self._budget = budget
        self._prices = prices or Prices()
        self._slots = threading.BoundedSemaphore(concurrency)
        self._backoff = backoff or Backoff()
        self._service = service or LitellmService(clock)
        self._clock = clock
        self._pause = pause
        self._rng = rng or random.Random()
        self._locks = KeyLocks()
        self._closed = False

    def ask(self, request: CallRequest, attempt: int = 1, stop: threading.Event | None = None) -> Reply:
        """The whole answer. Whether its text is any good is for the caller to say, who may ask again as `attempt` + 1.

        Raises CallError; its reason is `stopped` where `stop` was set before the answer came.
        """
        *_, reply = self._answer(request, attempt, stop or threading.Event(), streamed=False)
        assert isinstance(reply, Reply)
        return reply

    def stream(self, request: CallRequest, attempt: int = 1, stop: threading.Event | None = None) -> Answering:
        """The text as it comes, then the Reply. Setting `stop`, or closing the generator, closes the connection.

        Tried again only while no text has been given out. Raises CallError; an answer that is empty, refused or cut
        short is one too, and is asked anew the next time. After `stop` the Reply's finish is `stopped`.
        """
        start = self._clock()
        text: list[str] = []
        try:
            with closing(self._answer(request, attempt, stop or threading.Event(), streamed=True)) as items:
                for item in items:
                    if isinstance(item, str):
                        text.append(item)
                    yield item
        except CallError as error:
            if error.reason is not Reason.STOPPED:
                raise
            yield Reply("".join(text), "stopped", None, None, None, self._clock() - start, False, {})

    def close(self) -> None:
        """Close the connections; calls under way end as stopped. The ledger is its owner's to close."""
        self._closed = True
        self._service.close()

    def _answer(self, request: CallRequest, attempt: int, stop: threading.Event, streamed: bool) -> Answering:
        if self._ledger is None:
            yield from self._tries(request, attempt, stop, streamed)
            return
        key = request.key(attempt)
        # Two threads with the same question: the second one waits and reads the first one's answer.
        with self._locks.held(key, stop):
            kept = self._ledger.answer(key)
            if kept is None:
                yield from self._tries(request, attempt, stop, streamed)
                return
        text, finish = parse(kept.raw)
        if streamed:
            yield text
        yield Reply(text, finish, *tokens_of(kept.raw), kept.price, kept.seconds, True, kept.raw)

    def _tries(self, request: CallRequest, attempt: int, stop: threading.Event, streamed: bool) -> Answering:
        for tries in itertools.count():
            shown = False
            try:
                with closing(self._try(request, attempt, stop, streamed)) as items:
                    for item in items:
                        shown = True
                        yield item
                return
            except CallError as error:
                delay = None if shown else self._delay(request, error, tries, streamed)
                if delay is None:
                    raise
                log.info("%s: %s %s; next try in %.1f s", request.model, error.reason, error.detail, delay)
                self._pause(delay, stop)

    def _delay(self, request: CallRequest, error: CallError, tries: int, streamed: bool) -> float | None:
        """Seconds before the next try; None where there is none."""
        # Behind a stream somebody is waiting, and has already waited as long as `timeout` allows.
        passes = error.reason in MAY_PASS and not (streamed and error.reason is Reason.TIMEOUT)
        if not passes or tries >= request.retries:
            return None
        return self._backoff.delay(tries, error.retry_after, self._rng)

    def _try(self, request: CallRequest, attempt: int, stop: threading.Event, streamed: bool) -> Answering:
        """One request over the wire, with its accounts."""
        if self._closed:
            raise CallError(f"{request.model}: the calls are closed", Reason.STOPPED)
        with held(self._slots, stop):
            account = Account(request, attempt, self._ledger, self._budget, self._prices)
            try:
                answer = yield from listen(self._service, request, stop, streamed, self._clock)
                if streamed:
                    check_streamed(request, answer.raw)
            except CallError as error:
                account.failed(error)
                raise
            except BaseException:
                # The caller has closed the generator, or something is badly wrong: it may have been billed.
                account.failed(CallError(f"{request.model}: stopped", Reason.STOPPED))
                raise
            reply = account.answered(answer)
        yield reply
