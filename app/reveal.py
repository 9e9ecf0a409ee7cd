"""After the vote: which was which, and each side's figures."""

from dataclasses import dataclass
from html import escape

from annotations.views import Side
from core.records import Finish

ENDINGS = {Finish.END: "by itself", Finish.LENGTH: "at the length limit", Finish.STOPPED: "stopped"}


@dataclass(frozen=True, slots=True)
class RevealedSide:
    """One side, named."""

    label: str
    note: str
    words: int
    """Spoken."""
    turns: int
    seconds: float | None
    finish: Finish | None

    @classmethod
    def of(cls, side: Side) -> "RevealedSide":
        return cls(side.label, side.note, side.words, side.turns, side.seconds, side.finish)

    @property
    def turn_length(self) -> float | None:
        """Words a turn; None where nothing was said."""
        return self.words / self.turns if self.turns else None


@dataclass(frozen=True, slots=True)
class Reveal:
    left: RevealedSide
    right: RevealedSide
    save: str | None
    """Address of the saved story without its ending, or None where there is nothing to save."""


def reveal_html(reveal: Reveal | None) -> str:
    """Headline, table, what to do next. Empty where the campaign keeps the names to itself."""
    if reveal is None:
        return ""
    left, right = reveal.left, reveal.right
    rows = (
        ("Words a turn", _figure(left.turn_length), _figure(right.turn_length)),
        ("Turns", _figure(left.turns), _figure(right.turns)),
        ("Words", _figure(left.words), _figure(right.words)),
        ("Seconds to write", _figure(left.seconds), _figure(right.seconds)),
        ("Ended", _ending(left.finish), _ending(right.finish)),
    )
    body = "".join(f"<tr><th scope=row>{name}</th><td>{one}</td><td>{two}</td></tr>" for name, one, two in rows)
    notes = sorted({side.note for side in (left, right) if side.note})
    extra = "".join(f'<p class="hint">{escape(note)}</p>' for note in notes)
    return (
        '<div class="vist reveal" role="status" aria-live="polite">'
        f'<p class="headline">Left was <strong>{escape(left.label)}</strong>, '
        f"right was <strong>{escape(right.label)}</strong>.</p>"
        "<table><thead><tr><td></td><th scope=col>Left</th><th scope=col>Right</th></tr></thead>"
        f"<tbody>{body}</tbody></table>"
        f"{extra}{_links(reveal.save)}</div>"
    )


def _links(save: str | None) -> str:
    if save is None:
        return ""
    return (
        '<p class="links"><span>Save both, marked as AI-generated:</span>'
        f'<a href="{escape(save)}.txt" download>Text</a><a href="{escape(save)}.html" download>Web page</a></p>'
    )


def _figure(value: float | None) -> str:
    """Whole numbers as they are, others with one decimal, nothing measured as a dash."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def _ending(finish: Finish | None) -> str:
    return "–" if finish is None else ENDINGS[finish]
