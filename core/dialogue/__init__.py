"""Transcript text <-> turns, for every shape models write.

`parse` never raises and loses no spoken word: what it leaves out is listed in `Dialogue.dropped` with the reason.
`render` writes one canonical form, so that label styles, marks and typography cannot name who wrote a text:

    Speaker 1: Did you see that? (laughs) It was huge.

    Speaker 2: I did—and I ran.

Laws, tested as properties: `parse(render(turns)).turns == turns` for canonical turns (`canonical` makes any turns so,
and every `parse` gives such), and the words `parse_partial` shows of a growing text are never taken back.

    text        characters and marks -> one typographic form
    directions  which brackets and italics are stage directions
    labels      which line beginnings name a speaker, and who is who
    script      lines -> blocks of one speaker's text, and what is no speech
    turns       blocks -> canonical turns -> text
    partial     the same for a text that is still being written
"""

from core.dialogue.directions import is_direction
from core.dialogue.partial import parse_partial
from core.dialogue.script import Dropped
from core.dialogue.turns import Dialogue, canonical, parse, render, words

__all__ = ["Dialogue", "Dropped", "canonical", "is_direction", "parse", "parse_partial", "render", "words"]
