"""Systems behind an API that litellm speaks: asked through core.calls, streamed, blind in what they say of faults."""

import logging
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

from core.calls import Backoff, CallError, CallRequest, Calls, Reason, Reply, jpeg_url
from core.calls.request import bare_address
from core.errors import WriterError
from core.photos import shrink
from core.prompts import chat_messages
from core.records import Finish, content_id
from core.settings import HostedSystem
from core.writers.events import Delta, Failed, Finished, WriteRequest, WriterEvent
from core.writers.merge import Job, merge

log = logging.getLogger(__name__)

FINISHES = {"stop": Finish.END, "length": Finish.LENGTH, "stopped": Finish.STOPPED}
"""litellm's finish reasons; any other means that this is no whole transcript."""

VISITOR_BACKOFF = Backoff(first=0.5, cap=8.0, patience=20.0)
"""Shorter than a judge's: somebody is looking at an empty page."""

# A message may be read before a blind vote: no model, provider, address or variable. Those are in the log.
MESSAGES: dict[Reason, str] = {
    Reason.AUTH: "The service did not accept the key. Whoever runs this page finds in the log which one to set.",
    Reason.PAYMENT: "The account with the service has no credit. Whoever runs this page can add some.",
    Reason.RATE_LIMIT: "The service has too much to do. Wait a minute, then try this side again.",
    Reason.TIMEOUT: "No words came for too long, so this side was given up. Try it again.",
    Reason.CONNECTION: "The service cannot be reached. Try again; if that fails, whoever runs this page can look.",
    Reason.SERVER: "The service failed. Try this side again in a moment.",
    Reason.CUT: "The connection broke in the middle of the story. Try this side again.",
    Reason.CONTEXT: "These photos are more than this side can take in. Use fewer photos or a shorter length.",
    Reason.REFUSED: "The service declined to tell this story. Try other photos or another style.",
    Reason.BAD_ANSWER: "The service gave an answer without a story in it. Try this side again.",
    Reason.REQUEST: "The service refused the request. Whoever runs this page finds the reason in the log.",
    Reason.BUDGET: "What may be spent is spent. Whoever runs this page can raise the limit.",
}


class HostedWriter:
    """Safe to use from several threads. Each system is a stream of its own."""

    def __init__(self, systems: Sequence[HostedSystem], calls: Calls | None = None) -> None:
        """Without `calls` nothing is kept, as visitors are promised; a command gives some with a ledger."""
        self._systems = {system.id: system for system in systems}
        self._owns_calls = calls is None
        self._calls = calls or Calls(concurrency=64, backoff=VISITOR_BACKOFF)
        self._closed = False

    def write(self, request: WriteRequest, system_ids: Sequence[str], stop: threading.Event) -> Generator[WriterEvent]:
        """Raises WriterError after `close` and for a system that is not one of ours."""
        if self._closed:
            raise WriterError("this writer is closed; make a new one")
        unknown = [system_id for system_id in system_ids if system_id not in self._systems]
        if unknown:
            raise WriterError(f"{unknown[0]}: not a hosted system of this writer")
        jobs = [Job((name,), partial(self._tell, self._systems[name], request)) for name in system_ids]
        return merge(jobs, stop)

    def fingerprint(self, system_id: str) -> str:
        """`hosted-...`: a hash of the model's name and the address, which is all that can be known from here."""
        system = self._systems[system_id]
        return content_id("hosted", system.model, bare_address(system.api_base))

    def close(self) -> None:
        self._closed = True
        if self._owns_calls:
            self._calls.close()

    def _tell(self, system: HostedSystem, request: WriteRequest, stop: threading.Event) -> Iterator[WriterEvent]:
        try:
            with closing(self._calls.stream(call_for(system, request), request.attempt, stop)) as items:
                for item in items:
                    yield Delta(system.id, item) if isinstance(item, str) else self._finished(system.id, item)
        except CallError as error:
            log.warning("%s: %s: %s %s", system.id, error.reason, error, error.detail)
            # A refusal is one kind of unusable answer to whoever counts failures.
            reason = Reason.BAD_ANSWER if error.reason is Reason.REFUSED else error.reason
            yield Failed(system.id, MESSAGES[error.reason], str(reason))

    def _finished(self, system_id: str, reply: Reply) -> WriterEvent:
        finish = FINISHES.get(reply.finish or "")
        if finish is None:
            log.warning("%s: finish reason %r is not one of a story", system_id, reply.finish)
            return Failed(system_id, MESSAGES[Reason.BAD_ANSWER], str(Reason.BAD_ANSWER))
        return Finished(system_id, finish, reply.seconds, reply.tokens_out, self.fingerprint(system_id), reply.price)


def call_for(system: HostedSystem, request: WriteRequest) -> CallRequest:
    """What is sent: photos in the story's order, shrunk to the system's limit, then the words."""
    sampling = request.sampling
    limit = min(sampling.max_new_tokens, system.max_new_tokens or sampling.max_new_tokens)
    return CallRequest(
        model=system.model,
        messages=_messages(request, system.max_pixels),
        params={
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": limit,
            "seed": sampling.seed,
        },
        api_base=system.api_base,
        api_key_env=system.api_key_env,
        timeout=system.timeout,
        retries=system.retries,
        purpose="transcript",
    )


def _messages(request: WriteRequest, max_pixels: int) -> list[dict[str, Any]]:
    """The project's chat messages in the OpenAI form."""
    photos = iter(request.photos)
    messages = chat_messages(request.prompt, len(request.photos))
    for message in messages:
        message["content"] = [
            {"type": "image_url", "image_url": {"url": jpeg_url(shrink(next(photos), max_pixels))}}
            if part["type"] == "image"
            else part
            for part in message["content"]
        ]
    return messages
