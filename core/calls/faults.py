"""What can go wrong with a call, in a closed set of words, and how litellm's exceptions map onto it."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from core.errors import SporcVistError


class Reason(StrEnum):
    """Stable words for tables and `--retry`."""

    AUTH = "auth"
    PAYMENT = "payment"
    RATE_LIMIT = "rate_limit"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    SERVER = "server"
    CUT = "cut"
    """The stream ended before the answer did."""
    CONTEXT = "context"
    """More than the model takes."""
    REFUSED = "refused"
    """The service's content filter, or the model, declined."""
    BAD_ANSWER = "bad_answer"
    """Nothing in it, or nothing that can be read."""
    REQUEST = "request"
    """The service does not know the model or refuses a parameter."""
    BUDGET = "budget"
    STOPPED = "stopped"


MAY_PASS = frozenset({Reason.RATE_LIMIT, Reason.TIMEOUT, Reason.CONNECTION, Reason.SERVER, Reason.CUT})
"""Failures after which asking again can help."""

UNPAID = frozenset(
    {Reason.AUTH, Reason.PAYMENT, Reason.RATE_LIMIT, Reason.CONNECTION, Reason.SERVER, Reason.CONTEXT}
    | {Reason.REQUEST, Reason.BUDGET}
)
"""Failures for which no service bills. After the others the whole estimate counts as spent."""

ADVICE: Mapping[Reason, str] = {
    Reason.AUTH: "the key is missing or refused; set {key}",
    Reason.PAYMENT: "the account has no credit; add some, then run this again",
    Reason.RATE_LIMIT: "the service is asked too often; wait, or lower the concurrency",
    Reason.TIMEOUT: "no answer within {timeout:g} s; try again, or raise `timeout`",
    Reason.CONNECTION: "the service cannot be reached; is it running at the address given?",
    Reason.SERVER: "the service failed; try again later",
    Reason.CUT: "the answer broke off; try again",
    Reason.CONTEXT: "photos and prompt are more than the model takes; use fewer or smaller photos",
    Reason.REFUSED: "the service declined to answer this",
    Reason.BAD_ANSWER: "the answer is empty or not in the expected form; is this a chat-completions address?",
    Reason.REQUEST: "the service refuses the request; check the model's name and its parameters",
}


class CallError(SporcVistError):
    """A call failed. The message names the model and what to do; `detail` is the service's own words, keys removed."""

    def __init__(
        self,
        message: str,
        reason: Reason,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        """Seconds the service asked to be left alone."""
        self.detail = detail


def fault(model: str, reason: Reason, *, timeout: float = 0, key_env: str = "", **more: Any) -> CallError:
    """The error for a reason, with its advice filled in."""
    status = more.get("status")
    advice = ADVICE[reason].format(key=key_env or "the provider's environment variable", timeout=timeout)
    return CallError(f"{model}: {advice}{f' (HTTP {status})' if status else ''}", reason, **more)


_BY_CLASS = {
    "ContextWindowExceededError": Reason.CONTEXT,
    "ContentPolicyViolationError": Reason.REFUSED,
    "RejectedRequestError": Reason.REFUSED,
    "PaymentRequiredError": Reason.PAYMENT,
    "Timeout": Reason.TIMEOUT,
    "APITimeoutError": Reason.TIMEOUT,
    "APIResponseValidationError": Reason.BAD_ANSWER,
    "JSONSchemaValidationError": Reason.BAD_ANSWER,
    "MidStreamFallbackError": Reason.CONNECTION,
    "LiteLLMUnknownProvider": Reason.REQUEST,
}
_BY_STATUS = {401: Reason.AUTH, 402: Reason.PAYMENT, 403: Reason.AUTH, 408: Reason.TIMEOUT, 429: Reason.RATE_LIMIT}
_TOO_LONG = re.compile(
    r"context.(length|window)|maximum context|max_model_len|too many tokens|prompt is too long", re.IGNORECASE
)
_FILTERED = re.compile(r"content.?(policy|filter)|responsible.?ai", re.IGNORECASE)
_NOT_JSON = re.compile(r"unable to get json|invalid response from llm|expecting value: line", re.IGNORECASE)


def reason_of(error: BaseException) -> Reason:
    """Where litellm's class says less than the status or the words do, those decide."""
    name, text = type(error).__name__, str(error)
    status: int | None = getattr(error, "status_code", None)
    if _NOT_JSON.search(text):
        return Reason.BAD_ANSWER
    if name in _BY_CLASS:
        return _BY_CLASS[name]
    if status in (400, 403, 422) and _FILTERED.search(text):
        return Reason.REFUSED
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status == 413 or (status in (400, 422) and _TOO_LONG.search(text)):
        return Reason.CONTEXT
    if status is not None and 400 <= status < 500:
        return Reason.REQUEST
    # litellm wraps a refused connection and its own surprises alike; headers tell that a server did answer.
    return Reason.SERVER if status is not None and _headers(error) else Reason.CONNECTION


def classify(error: BaseException, model: str, *, timeout: float, key_env: str, secret: str | None) -> CallError:
    """The CallError for what litellm raised. `secret` is blotted out of the service's words."""
    text = " ".join(str(error).split())
    return fault(
        model,
        reason_of(error),
        timeout=timeout,
        key_env=key_env,
        status=getattr(error, "status_code", None) if _headers(error) else None,
        retry_after=retry_after(_headers(error)),
        detail=(text.replace(secret, "[key]") if secret else text)[:2000],
    )


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds from `retry-after-ms` or `Retry-After` (a number or an HTTP date); None where absent or unreadable."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        return max(0.0, float(headers["retry-after"]))
    except KeyError:
        return None
    except ValueError:
        return _until(headers["retry-after"], headers.get("date"), now) if "retry-after" in headers else None


def _until(date: str, server_now: str | None, now: float | None) -> float | None:
    # The server's own clock, where it sends one, so that a wrong clock here does no harm.
    try:
        start = parsedate_to_datetime(server_now).timestamp() if server_now else now
        return None if start is None else max(0.0, parsedate_to_datetime(date).timestamp() - start)
    except ValueError:
        return None


def _headers(error: BaseException) -> dict[str, str]:
    """Of the service's response, lower-cased; empty where none came."""
    found: Any = getattr(error, "litellm_response_headers", None)
    return {str(name).lower(): str(value) for name, value in dict(found).items()} if found else {}
