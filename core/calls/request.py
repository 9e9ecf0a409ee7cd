"""What is asked of a service and what comes back, and the content key that ties the two together."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from core.records import content_id

DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w.+=-]+)*;base64,([A-Za-z0-9+/=_\s-]+)")


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One question to a service that litellm speaks. The key is never part of it, only the variable that holds it."""

    model: str
    """litellm's name."""
    messages: Sequence[Mapping[str, Any]]
    """In the OpenAI form; photos as data URLs (`jpeg_url`)."""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further parameters of the request: `temperature`, `max_tokens`, `seed`, `response_format`, ..."""
    api_base: str | None = None
    api_key_env: str | None = None
    """Name of the environment variable with the key; litellm's own for the provider where None."""
    timeout: float = 60.0
    """Seconds: without an answer, or, where it is streamed, without any new text."""
    retries: int = 3
    """Further tries after a failure that may pass."""
    purpose: str = ""
    """What it is for, such as `judge`; sums in the ledger go by it. Not part of the key."""

    def content(self) -> dict[str, Any]:
        """All the answer depends on, as the ledger keeps it: images are hashes, the address carries no password."""
        return {
            "model": self.model,
            "api_base": bare_address(self.api_base),
            "messages": without_images([dict(message) for message in self.messages]),
            "params": without_images(dict(self.params)),
        }

    def key(self, attempt: int) -> str:
        """The same question under another attempt is another call."""
        return content_id("call", self.content(), attempt)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read."""

    text: str
    finish: str | None
    """In litellm's words: `stop`, `length`, `content_filter`, ...; `stopped` where the caller stopped it."""
    tokens_in: int | None
    """None where the service does not say."""
    tokens_out: int | None
    price: float | None
    """US dollars; None where no price is known."""
    seconds: float
    """From the sending of the try that was answered to its last token."""
    cached: bool
    """True where the ledger answered and nobody was asked."""
    raw: Mapping[str, Any]
    """The answer as it came."""


def jpeg_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def bare_address(address: str | None) -> str | None:
    """Without user, password, query and fragment, each of which may carry a key."""
    if address is None:
        return None
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))


def without_images(value: Any) -> Any:
    """The same value with every base64 data URL replaced by `sha256:<hex digest of the decoded bytes>`."""
    if isinstance(value, str):
        return DATA_URL.sub(_digest, value) if ";base64," in value else value
    if isinstance(value, Mapping):
        return {str(key): without_images(part) for key, part in cast(Mapping[Any, Any], value).items()}
    if isinstance(value, list | tuple):
        return [without_images(part) for part in cast(Sequence[Any], value)]
    if isinstance(value, bytes):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    return value


def images_of(messages: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """The decoded bytes of every image of a question, in order."""
    found: list[bytes] = []
    for message in messages:
        for part in cast(list[Any], message["content"]) if isinstance(message.get("content"), list) else []:
            url = part.get("image_url", {}).get("url", "") if isinstance(part, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] -- free-form JSON
            found += [_decoded(match) for match in DATA_URL.finditer(str(url))]  # pyright: ignore[reportUnknownArgumentType] -- free-form JSON
    return found


def parse(raw: Mapping[str, Any]) -> tuple[str, str | None]:
    """Text and finish reason of a raw answer. Reasoning is no text."""
    choices = cast(list[dict[str, Any]], raw.get("choices") or [])
    if not choices:
        return "", None
    message = cast(dict[str, Any], choices[0].get("message") or {})
    return str(message.get("content") or ""), choices[0].get("finish_reason")


def tokens_of(raw: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Prompt and completion tokens as the service counted them; None where it did not."""
    usage = cast(dict[str, Any], raw.get("usage") or {})
    if not usage.get("total_tokens"):
        return None, None
    return usage.get("prompt_tokens"), usage.get("completion_tokens")


def _digest(match: re.Match[str]) -> str:
    return "sha256:" + hashlib.sha256(_decoded(match)).hexdigest()


def _decoded(match: re.Match[str]) -> bytes:
    try:
        return base64.b64decode(match.group(1), validate=False)
    except binascii.Error:
        # A broken data URL still must not be kept as it is; its own bytes stand for it.
        return match.group(1).encode()
