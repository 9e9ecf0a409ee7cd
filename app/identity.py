"""Who is asking: a signed cookie for raters, a token or the own machine for the operator.

The session hash of a page is chosen by the browser and proves nothing, so neither rests on it.
"""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import NotAllowed

RATER_COOKIE = "sporc_rater"
OPERATOR_COOKIE = "sporc_operator"
RATER_COOKIE_SECONDS = 180 * 24 * 60 * 60
OPERATOR_COOKIE_SECONDS = 12 * 60 * 60
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request decides who asks. Made from Gradio's, Starlette's or a test's request."""

    client: str
    """Address of the other end."""
    headers: Mapping[str, str]
    cookies: Mapping[str, str]

    @classmethod
    def of(cls, request: Any) -> "Asked":
        """From anything with `client`, `headers` and `cookies`; Gradio hands a wrapper of Starlette's request."""
        client = getattr(request, "client", None)
        return cls(
            client=getattr(client, "host", "") or "",
            headers={str(name).lower(): str(value) for name, value in dict(request.headers).items()},
            cookies={str(name): str(value) for name, value in dict(request.cookies).items()},
        )


class Identity:
    """Signs and reads the cookies; `salt` is the secret kept in the data folder."""

    def __init__(self, salt: bytes, admin_token: str | None) -> None:
        self._salt = salt
        self._admin_token = admin_token

    def new_rater_cookie(self) -> str:
        name = secrets.token_urlsafe(18)
        return f"{name}.{self._sign('rater', name)}"

    def rater_name(self, asked: Asked) -> str | None:
        """The cookie's name where its signature holds; None for no cookie or a made-up one."""
        name, _, signature = asked.cookies.get(RATER_COOKIE, "").rpartition(".")
        return name if name and hmac.compare_digest(signature, self._sign("rater", name)) else None

    def address_hash(self, asked: Asked) -> str:
        """Of the visitor's address: bounds votes per address without keeping addresses."""
        return self._sign("address", asked.client)

    def operator_cookie(self, token: str) -> str | None:
        """The cookie for a right token, None for a wrong one."""
        if not self._admin_token or not hmac.compare_digest(token.encode(), self._admin_token.encode()):
            return None
        return self._sign("operator", self._admin_token)

    @property
    def wants_token(self) -> bool:
        return self._admin_token is not None

    def require_operator(self, asked: Asked) -> None:
        """Raises NotAllowed unless the request comes from the operator: signed in, or on this very machine."""
        if self._admin_token is not None:
            given = asked.cookies.get(OPERATOR_COOKIE, "")
            if not hmac.compare_digest(given, self._sign("operator", self._admin_token)):
                raise NotAllowed("This is for the operator. Sign in at /operator with the ADMIN_TOKEN.")
        elif not _from_this_machine(asked):
            raise NotAllowed(
                "This is for the operator. Set ADMIN_TOKEN on the server and sign in, or use its own browser."
            )
        if _from_another_site(asked):
            raise NotAllowed("This request was started by another site.")

    def _sign(self, kind: str, value: str) -> str:
        return hmac.new(self._salt, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:40]


def _from_this_machine(asked: Asked) -> bool:
    """Loopback, and no proxy in between: behind one, every visitor seems to sit on this machine.

    The Host header is read too, or a page elsewhere could reach here under a name of its own that points to loopback.
    """
    if any(name in asked.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip")):
        return False
    try:
        loopback = ipaddress.ip_address(asked.client).is_loopback
    except ValueError:
        return False
    return loopback and _host_name(asked.headers.get("host", "")) in _LOCAL_NAMES


def _from_another_site(asked: Asked) -> bool:
    origin = asked.headers.get("origin")
    if not origin or origin == "null":
        return origin == "null"
    host = asked.headers.get("x-forwarded-host") or asked.headers.get("host", "")
    return _host_name(origin.split("://", 1)[-1]) != _host_name(host)


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
