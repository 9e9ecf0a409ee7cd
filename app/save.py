"""A finished comparison as a file to take home, marked as AI-generated in the words and in the metadata."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from string import Template

from app.render import dialogue
from app.theme import STATIC
from core.dialogue import render
from core.records import Turn

MARK = "AI-generated: both dialogues were invented by language models. The speakers do not exist."


@dataclass(frozen=True, slots=True)
class SavedSide:
    """One side as it is written into the file."""

    name: str
    """`Left` or `Right`."""
    label: str
    turns: tuple[Turn, ...]


def as_text(sides: Sequence[SavedSide], written: datetime) -> str:
    """Plain text: the mark first and last, then each side in the canonical form."""
    parts = [MARK, f"SPoRC-VIST, {_day(written)}"]
    told = [f"{side.name}: {side.label} (AI-generated)\n{'=' * 60}\n\n{render(side.turns)}" for side in sides]
    return "\n\n".join([*parts, *told, MARK]) + "\n"


def as_html(sides: Sequence[SavedSide], photos: Sequence[bytes], written: datetime) -> str:
    """One self-contained page; photos are JPEG bytes and are embedded."""
    pictures = "".join(
        f'<img src="data:image/jpeg;base64,{base64.b64encode(photo).decode()}" alt="Photo {number}">'
        for number, photo in enumerate(photos, start=1)
    )
    page = Template((STATIC / "saved.html").read_text(encoding="utf-8"))
    return page.substitute(
        mark=MARK, linked=_json_ld(written), photos=pictures, columns="".join(map(_column, sides)), day=_day(written)
    )


def _column(side: SavedSide) -> str:
    head = f'<h2>{side.name}: {escape(side.label)}</h2><p class="mark">AI-generated</p>'
    return f"<section>{head}{dialogue(side.turns)}</ol></section>"


def _json_ld(written: datetime) -> str:
    """schema.org's word for text made by a trained model (IPTC digital source type)."""
    return (
        '{"@context":"https://schema.org","@type":"CreativeWork","name":"A podcast from photos",'
        f'"dateCreated":"{_day(written)}",'
        '"digitalSourceType":"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"}'
    )


def _day(written: datetime) -> str:
    return written.astimezone(UTC).date().isoformat()
