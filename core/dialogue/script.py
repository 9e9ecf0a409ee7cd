"""Lines -> blocks of one speaker's text, and what is no speech.

Not speech: headings and titles, lines of rules, code fences, header lines (`Sample:`, `Word count:`, `Generation
time:`), whole lines in square brackets that are no known stage direction, and up to 60 words before the first label
("Here is a podcast about your photos:"). More words than that before a label are a speaker without one.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto

from core.dialogue.directions import is_direction
from core.dialogue.labels import INLINE_LABEL, Cast, Label, is_short_name, read_label, split_inline
from core.dialogue.text import plain, tidy

LONGEST_PREAMBLE = 60
"""Words before the first label that are taken for an introduction by the model, not for speech."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that is no speech."""

    line: str
    reason: str
    """`title`, `heading`, `header`, `rule`, `code fence`, `bracketed line`, `before the first label`, `no words`."""


class Proof(Enum):
    """Whether a label is one."""

    SURE = auto()
    OPEN = auto()
    """A bare name: one if it comes again."""
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    """Without marks of emphasis and prefixes."""
    label: Label | None = None
    proof: Proof = Proof.NONE
    drop: str | None = None
    """Why the line is no speech."""
    soft: bool = False
    """Dropped only because of its form: it is speech after all where a text has no other."""


@dataclass(slots=True)
class Block:
    """What one speaker says until the next label."""

    speaker: int
    """The cast's number; 0 before any label."""
    label: str | None
    parts: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        return " ".join(self.parts)


@dataclass(slots=True)
class Script:
    blocks: list[Block]
    title: str | None
    dropped: list[Dropped]
    labelled: bool
    preamble: Block = field(default_factory=lambda: Block(0, None))
    """What stands before the first label."""
    cast: Cast = field(default_factory=Cast)

    def start(self, label: Label) -> None:
        opening: list[str] = []
        if not self.labelled:
            opening = _end_preamble(self)
            self.labelled = True
        parts = [*opening, label.direction] if label.direction else opening
        self.blocks.append(Block(self.cast.resolve(label), label.text, parts))

    def say(self, text: str) -> None:
        """Words of the speaker at hand, up to a label inside the line."""
        words, labelled = split_inline(tidy(text))
        if words:
            (self.blocks[-1] if self.blocks else self.preamble).parts.append(words)
        for label, more in labelled:
            self.start(label)
            if more:
                self.blocks[-1].parts.append(more)


_RULE = re.compile(r"[-=_*~#—–·•\s]{3,}")
_BULLET = re.compile(r"(?:>\s*){1,9}(?:[-+•]\s+)?|[-+•]\s+")
_HEADING = re.compile(r"#{1,6}\s+")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})[\w-]{0,20}\s*")
_COUNT = r"(?:total )?(?:word count|words)\s?[:=]?\s?(?:approx\w*\.?|about|around)?\s?[~≈]?\s?[\d,.]{1,9}\s?(?:words)?"
_HEADER = re.compile(
    rf"\W{{0,4}}(?:sample\s?:\s?sample_\w{{1,60}}|generation time\s?:\s?[\d.]{{1,12}}\s?(?:s|sec|seconds)?|{_COUNT}"
    r"|(?:approx\w*\.?|about|around)\s?[~≈]?[\d,.]{1,9} words|end of (?:the )?(?:transcript|podcast|episode|dialogue))"
    r"\W{0,4}",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:(?:podcast|episode) )?(?:title|transcript|script|dialogue)\s?:\s?(?=\S)", re.IGNORECASE)
_ENDS_SENTENCE = re.compile(r"[.!?…,][\"')\]]{0,2}$")
_QUICK = re.compile(r"[^\W\d_][^:*_`~\[]{0,160}$")
"""A line that is speech at first sight: it starts with a letter and has no colon, mark or bracket."""
_QUICK_NOT = re.compile(
    r"speaker|co-?host|host|guest|panelist|participant|person|voice|interview|narrator|moderator|presenter|announcer|"
    r"caller|total|word|about|approx|around|end of",
    re.IGNORECASE,
)


class Reader:
    """Classifies lines in order. What it says of a line never depends on later ones, but for `Proof.OPEN`."""

    def __init__(self) -> None:
        self.declared: set[str] = set()
        self.numbers_only = False
        self.after_bare_label = False
        """The line before was a label alone, so this one is its speech even if it looks like a heading."""

    def read(self, raw: str) -> Line:
        raw = raw.strip()
        line = self._classify(raw)
        if raw:
            self.after_bare_label = line.label is not None and line.proof is not Proof.NONE and not line.label.rest
        return line

    def _classify(self, raw: str) -> Line:
        if not raw or (_QUICK.match(raw) and not _QUICK_NOT.match(raw)):
            return Line(raw)
        if _FENCE.fullmatch(raw):
            return Line(raw, drop="code fence")
        if _RULE.fullmatch(raw):
            return Line(raw, drop="rule")
        text = plain(raw)
        if _HEADER.fullmatch(text):
            return Line(text, drop="header")
        label = read_label(raw, text)
        proof = self._proof(label, raw) if label else Proof.NONE
        inline = INLINE_LABEL.search(label.rest if label else text)
        self.numbers_only |= inline is not None and "(" not in inline[0]
        if proof is not Proof.NONE:
            return Line(text, label, proof)
        if _HEADING.match(text):
            return Line(_HEADING.sub("", text), drop="heading")
        text = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
        return self._unlabelled(raw, text)

    def _proof(self, label: Label, raw: str) -> Proof:
        if label.family:
            self.numbers_only |= label.numbered and label.name is None
            if label.name:
                words = label.name.lower().split()
                self.declared |= {" ".join(words), words[0]}
            return Proof.SURE
        if label.base in self.declared:
            return Proof.SURE
        if self.numbers_only:
            return Proof.NONE
        return Proof.SURE if label.marked and not _is_all_bold(raw) else Proof.OPEN

    def _unlabelled(self, raw: str, text: str) -> Line:
        inner = text.strip()
        if inner.startswith("[") and inner.endswith("]") and "]" not in inner[:-1]:
            direction = is_direction(inner[1:-1])
            return Line(inner) if direction else Line(inner, drop="bracketed line", soft=True)
        bold = _is_all_bold(raw) and not self.after_bare_label
        if bold and not _ENDS_SENTENCE.search(inner) and not (inner.startswith("(") and inner.endswith(")")):
            return Line(inner, drop="heading", soft=True)
        return Line(inner)


def _is_all_bold(raw: str) -> bool:
    return any(
        len(raw) > 2 * len(mark) and raw.startswith(mark) and raw.endswith(mark) and mark not in raw[2:-2]
        for mark in ("**", "__")
    )


def read_script(text: str, final: bool) -> Script:
    """Blocks in order. With `final` false, reading ends before the first line that only later text can explain."""
    reader = Reader()
    lines = [reader.read(raw) for raw in text.split("\n")]
    proved = _proved_names(lines, final)
    script = Script([], None, [], labelled=False)
    for line in lines:
        sure = line.proof is Proof.SURE or (line.label is not None and line.label.base in proved)
        label = line.label if line.proof is not Proof.NONE and sure else None
        if line.proof is Proof.OPEN and not label and not final:
            break
        if label:
            script.start(label)
            script.say(label.rest)
        elif line.drop:
            _drop(script, line)
        elif line.text:
            script.say(line.text)
    if not script.labelled:
        _no_label(script, lines, final)
    return script


def _proved_names(lines: list[Line], final: bool) -> set[str]:
    """Bare names that begin two lines; at the end of a text also where every line of speech begins with a name."""
    labels = [line.label for line in lines if line.label and line.proof is not Proof.NONE]
    counts = Counter(label.base for label in labels if not label.family)
    sure = {line.label.base for line in lines if line.label and line.proof is Proof.SURE}
    proved = {name for name, count in counts.items() if count > 1 or name in sure}
    bare_numbers = any(label.numbered and not label.name for label in labels)
    if final and not bare_numbers and len(counts.keys() | sure) > 1 and _all_labelled(lines):
        proved |= {name for name in counts if is_short_name(name)}
    return proved


def _all_labelled(lines: list[Line]) -> bool:
    bare = False
    for line in lines:
        if line.label and line.proof is not Proof.NONE:
            bare = not line.label.rest
        elif line.text and not line.drop and not (line.text.startswith("(") and line.text.endswith(")")):
            if not bare:
                return False
            bare = False
    return True


def _drop(script: Script, line: Line) -> None:
    is_title = script.title is None and not script.blocks and line.drop == "heading"
    if is_title:
        script.title = _TITLE.sub("", line.text.strip()).strip().strip('"“”').strip() or None
    script.dropped.append(Dropped(line.text, "title" if is_title else str(line.drop)))


def _is_bracketed_direction(part: str) -> bool:
    return part[0] + part[-1] in {"()", "[]"} and is_direction(part[1:-1])


def _spoken_words(parts: list[str]) -> int:
    return sum(len(part.split()) for part in parts if not _is_bracketed_direction(part))


def _end_preamble(script: Script) -> list[str]:
    """Ends what stands before the first label. Returns its stage directions, which open the first turn."""
    parts = script.preamble.parts
    if _spoken_words(parts) > LONGEST_PREAMBLE:
        script.blocks.append(script.preamble)
        return []
    for part in parts:
        if _is_bracketed_direction(part):
            continue
        titled = _TITLE.match(part)
        if titled and script.title is None:
            script.title = part[titled.end() :].strip().strip('"').strip() or None
        script.dropped.append(Dropped(part, "title" if titled else "before the first label"))
    return [part for part in parts if _is_bracketed_direction(part)]


def _no_label(script: Script, lines: list[Line], final: bool) -> None:
    """Without any label the whole text is one speaker's, and nothing said is lost."""
    preamble = script.preamble
    if final and not _spoken_words(preamble.parts):
        preamble.parts = [line.text for line in lines if line.text and (line.soft or not line.drop)]
        script.dropped = [dropped for dropped in script.dropped if dropped.line not in preamble.parts]
        script.title = script.title if any(dropped.reason == "title" for dropped in script.dropped) else None
    words = _spoken_words(preamble.parts)
    if words > LONGEST_PREAMBLE or (final and words):
        script.blocks.append(preamble)
    elif final:
        script.dropped.extend(Dropped(part, "no words") for part in preamble.parts)
