"""Who counts as the operator, and whose cookie holds."""

import pytest

from app.identity import OPERATOR_COOKIE, RATER_COOKIE, Asked, Identity
from core.errors import NotAllowed

SALT = b"s" * 32


def asked(client: str = "127.0.0.1", cookies: dict[str, str] | None = None, **headers: str) -> Asked:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Asked(client, {"host": "localhost:7860", **named}, cookies or {})


def test_a_cookie_of_ours_is_read_back() -> None:
    identity = Identity(SALT, None)
    cookie = identity.new_rater_cookie()
    assert identity.rater_name(asked(cookies={RATER_COOKIE: cookie})) == cookie.partition(".")[0]


@pytest.mark.parametrize("made_up", ["", "me", "me.", ".", "me.0000", "a.b.c"])
def test_a_made_up_cookie_is_nobody(made_up: str) -> None:
    assert Identity(SALT, None).rater_name(asked(cookies={RATER_COOKIE: made_up})) is None


def test_a_cookie_signed_elsewhere_is_nobody() -> None:
    cookie = Identity(b"other" * 8, None).new_rater_cookie()
    assert Identity(SALT, None).rater_name(asked(cookies={RATER_COOKIE: cookie})) is None


@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(client="::1", host="[::1]:7860"),
        asked(origin="http://localhost:7860"),
        asked(host="127.0.0.1"),
    ],
)
def test_without_a_token_this_machine_is_the_operator(request_: Asked) -> None:
    Identity(SALT, None).require_operator(request_)


@pytest.mark.parametrize(
    "request_",
    [
        asked(client="10.0.0.7"),
        asked(client=""),
        asked(client="not an address"),
        asked(x_forwarded_for="9.9.9.9"),
        asked(forwarded="for=9.9.9.9"),
        asked(host="evil.example"),
        asked(origin="https://evil.example"),
        asked(origin="null"),
    ],
)
def test_without_a_token_nobody_else_is(request_: Asked) -> None:
    with pytest.raises(NotAllowed):
        Identity(SALT, None).require_operator(request_)


def test_with_a_token_only_its_cookie_opens() -> None:
    identity = Identity(SALT, "secret")
    cookie = identity.operator_cookie("secret")
    assert cookie is not None
    identity.require_operator(asked(client="10.0.0.7", cookies={OPERATOR_COOKIE: cookie}))
    for cookies in ({}, {OPERATOR_COOKIE: ""}, {OPERATOR_COOKIE: "secret"}, {OPERATOR_COOKIE: cookie[:-1]}):
        with pytest.raises(NotAllowed):
            identity.require_operator(asked(cookies=cookies))


def test_a_wrong_token_gets_no_cookie() -> None:
    assert Identity(SALT, "secret").operator_cookie("Secret") is None
    assert Identity(SALT, "secret").operator_cookie("") is None
    assert Identity(SALT, None).operator_cookie("") is None


def test_a_cookie_for_an_old_token_is_refused() -> None:
    cookie = Identity(SALT, "old").operator_cookie("old")
    assert cookie is not None
    with pytest.raises(NotAllowed):
        Identity(SALT, "new").require_operator(asked(cookies={OPERATOR_COOKIE: cookie}))


def test_another_sites_page_cannot_use_the_operators_cookie() -> None:
    identity = Identity(SALT, "secret")
    cookie = identity.operator_cookie("secret")
    assert cookie is not None
    with pytest.raises(NotAllowed):
        identity.require_operator(asked(cookies={OPERATOR_COOKIE: cookie}, origin="https://evil.example"))
