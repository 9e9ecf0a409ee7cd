"""Stories and dialogue as HTML. Every word of them is hostile until escaped here.

Lists are written without their optional end tags, so the HTML of a growing dialogue grows at its end alone and the
stream to the browser carries only what is new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.records import Turn

SPEAKER_COLOURS = 6
"""Colours in the style sheet; further speakers start over."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as the page shows it."""

    source: str
    """Address on this server, or a data URL."""
    alt: str
    caption: str | None = None
    credit: str | None = None
    licence: str | None = None
    link: str | None = None


def dialogue(turns: Sequence[Turn]) -> str:
    """One list item a turn: who speaks, in a colour that is the same on both sides, and what is said."""
    return '<ol class="talk">' + "".join(_turn(turn) for turn in turns)


def _turn(turn: Turn) -> str:
    colour = (turn.speaker - 1) % SPEAKER_COLOURS + 1
    said = " ".join(
        f'<em class="direction">({escape(span.text)})</em>' if span.direction else escape(span.text)
        for span in turn.spans
    )
    return f'<li class="turn s{colour}"><p class="who">Speaker {turn.speaker}<p class="said">{said}'


def side(name: str, body: str, *, problem: str | None = None) -> str:
    """A column: its neutral name, and the dialogue or what stands in for it."""
    trouble = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return f'<section class="side" aria-label="{name}"><h2 class="side-name">{name}</h2>{trouble}{body}'


def waiting(message: str = "") -> str:
    """Grey lines where the dialogue will stand; `message` says what is awaited."""
    lines = "".join(f'<span style="width:{width}%"></span>' for width in (34, 92, 78, 28, 88, 64))
    return f'<div class="waiting" role="status">{f"<p>{escape(message)}</p>" if message else ""}{lines}</div>'


def pictures(shown: Sequence[Picture], *, label: str, captions: bool = True) -> str:
    """Photos in a row; a click enlarges one and shows its credit, licence and link."""
    items = "".join(_picture(number, picture, captions) for number, picture in enumerate(shown, start=1))
    return f'<ol class="pictures" aria-label="{escape(label)}">{items}</ol>'


def _picture(number: int, picture: Picture, captions: bool) -> str:
    about = " · ".join(part for part in (picture.credit, picture.licence) if part)
    data = {"about": about, "link": picture.link or "", "caption": picture.caption if captions else ""}
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items() if value)
    alt = escape(picture.alt)
    caption = f"<figcaption>{escape(picture.caption)}</figcaption>" if captions and picture.caption else ""
    return (
        f'<li><figure><button type="button" class="enlarge"{attributes} aria-label="Enlarge photo {number}: {alt}">'
        f'<img src="{escape(picture.source)}" alt="{alt}" loading="lazy"></button>{caption}</figure></li>'
    )


def notice(text: str, *, kind: str = "info") -> str:
    """A line in its place: `info`, `good` or `bad`."""
    role = "alert" if kind == "bad" else "status"
    return f'<p class="notice {kind}" role="{role}">{escape(text)}</p>' if text else ""


def clock(seconds: float) -> str:
    """0:07, 12:40."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
