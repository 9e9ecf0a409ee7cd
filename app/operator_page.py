"""The operator's sign-in, plain HTML: it is served before any of Gradio."""

from html import escape
from string import Template

from app.theme import STATIC

FORM = """
<form method="post" action="operator/sign-in">
<label>Token <input type="password" name="token" required autofocus autocomplete="current-password"></label>
<button>Sign in</button>
</form>
"""


def sign_in_page(wants_token: bool, why: str, wrong: bool) -> str:
    """A form where a token opens the screens; else why they are closed and what to do."""
    trouble = '<p class="notice bad" role="alert">That is not the token.</p>' if wrong else ""
    body = FORM if wants_token else f"<p>{escape(why)}</p>"
    style = (STATIC / "app.css").read_text(encoding="utf-8")
    page = Template((STATIC / "sign_in.html").read_text(encoding="utf-8"))
    return page.substitute(style=style, body=trouble + body)
