"""The turns of a text that is still being written.

Words once shown are never taken back: the words of `parse_partial(text[:n])`, speaker by speaker, are the beginning of
those of `parse(text)`. So what later text may still turn into something else is held back: an unfinished line that
could become a label, a title or a direction; an unfinished bracket; the last word; a bare name before a colon until it
comes again; and a text without any label until it has more than 60 words (see `script.LONGEST_PREAMBLE`).

Exceptions: a lone `</think>` says that everything before it was thinking, so those words do go; and a whole line in
bold or in square brackets that is all a text holds is shown only by `parse`.
"""

import re

from core.dialogue.labels import OPEN_LABEL, may_become_label, read_label
from core.dialogue.script import Proof, Reader, Script, read_script
from core.dialogue.text import clean, plain
from core.dialogue.turns import dialogue_of
from core.records import Turn

_OPEN_TAG = re.compile(r"<[^<>\s]{0,45}(?: ?/?)$")
_OPEN_MARK = re.compile(r"(?<![*_\w])[*_]{1,3}(?:[^*_\n]{0,60}(?:[*_]{1,3}\s*)?)?$")
_OPEN_BRACKET = re.compile(r"[(\[][^()\[\]]{0,90}$")
_NUMBERED = re.compile(r"[(\[]?\d{1,3}(?:[.:)\]]\d{0,2}){0,2}[.)\]]?\s*-?\s*$")
_META = (
    "sample:", "word count", "words", "generation time", "total word", "approx", "about", "around", "end of", "title",
    "podcast", "episode", "transcript", "script", "dialogue",
)  # fmt: skip
_TAIL = 200
"""Characters at the end in which an open construct can begin."""


def parse_partial(text: str) -> tuple[Turn, ...]:
    """The turns of which no word can change any more, whatever comes next."""
    text = clean(text)
    tag = _OPEN_TAG.search(text, max(0, len(text) - _TAIL))
    text = text[: tag.start()] if tag else text
    head, _, last = text.rpartition("\n")
    script = read_script(f"{head}\n{_settled_line(head, last)}", final=False)
    _settle(script)
    return dialogue_of(script).turns


def _settled_line(head: str, line: str) -> str:
    """As much of the unfinished line as is certain to be speech or a label."""
    stripped = line.strip()
    reader = Reader()
    for earlier in head.split("\n"):
        reader.read(earlier)
    label = read_label(stripped, plain(stripped))
    known = reader.read(stripped)
    if label is None or known.proof is Proof.NONE:
        if _may_be_no_speech(stripped):
            return ""
    elif not label.rest and ":" not in stripped:
        return ""
    mark = _OPEN_MARK.search(line, max(0, len(line) - _TAIL))
    return line[: mark.start()] if mark else line


def _may_be_no_speech(line: str) -> bool:
    if not line or not (line[0].isalnum() or line[0] in "\"'…$"):
        return True
    low = line.lower()
    if any(low.startswith(word) or word.startswith(low) for word in _META):
        return True
    return bool(_NUMBERED.match(line)) or may_become_label(line)


def _settle(script: Script) -> None:
    """Cut the last words of the last turn. A turn that a label has ended keeps all but an open bracket."""
    ended = False
    while script.blocks:
        block = script.blocks[-1]
        text = _before_bracket(block.text) if ended else _settled(block.text)
        if any(char.isalnum() for char in text):
            block.parts = [text]
            return
        script.blocks.pop()
        ended = True


def _before_bracket(text: str) -> str:
    bracket = _OPEN_BRACKET.search(text, max(0, len(text) - _TAIL))
    return text[: bracket.start()] if bracket else text


def _settled(text: str) -> str:
    """The text up to a word that nothing after it can change: the next word is there, and no construct is open."""
    for _ in range(_TAIL):
        if not text:
            break
        kept, last = _without_last(text)
        if (last[0].isalnum() or last[0] in "\"'$") and _is_closed(kept):
            return kept
        text = kept
    return ""


def _without_last(text: str) -> tuple[str, str]:
    text = text.rstrip()
    kept, _, last = text.rpartition(" ")
    return kept.rstrip(), last


def _is_closed(text: str) -> bool:
    start = max(0, len(text) - _TAIL)
    if not any(char.isalnum() for char in text.rpartition(" ")[2]):
        return False
    return not (_OPEN_BRACKET.search(text, start) or OPEN_LABEL.search(text, start))
