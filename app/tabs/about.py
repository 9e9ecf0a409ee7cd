"""What this is, who made what, how it was measured, what is stored. Names no system: it is read before votes."""

from app import theme


def build() -> None:
    theme.html((theme.STATIC / "about.html").read_text(encoding="utf-8"))
