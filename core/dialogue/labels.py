"""Which line beginnings name a speaker, and who is who.

Three strengths of label:

- a family label (`Speaker 1:`, `[Host 2 (Alex)]:`, `Guest:`, in any case) always is one;
- a marked name (`**Alex:**`, `*Zoë*:`, `[Dr. Smith]:`) is one, and so is a name that a family label has declared before
  (`Host 1 (Alex):`);
- a bare name (`Alex:`, `Mary Ann:`) has to prove itself, because "Remember: ..." and "Book Club Tuesday: ..." look the
  same: it must begin two lines, or every line of speech must begin with a name. See `script`.

Where bare numbers (`Speaker 1:`) have been used, no further name is a label unless declared: such texts stay with
numbers, and a line "Update: ..." in them is speech.
"""

import re
from dataclasses import dataclass, field

from core.dialogue.directions import is_direction

_FAMILY = (
    "speaker|co[- ]?host|host|guest|interviewer|interviewee|narrator|moderator|presenter|announcer|caller|panelist|"
    "participant|person|voice"
)
"""`co[- ]?host` stands first: the longer form before the shorter."""
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_NUMBER = rf"[0-9]{{1,7}}|[A-Za-z](?![\w'])|{'|'.join(_NUMBERS)}"
_IN_BRACKETS = r"(?:[(\[](?P<note>[^()\[\]]{0,60})[)\]])?"
_PREFIX = re.compile(
    r"(?:>\s*){0,9}(?:\#{1,6}\s+)?(?:[-+•]\s+)?(?:\d{1,3}[.)]\s+)?(?:[(\[]?\d{1,2}:\d\d(?::\d\d)?[)\]]?\s*-?\s*)?"
)
_FAMILY_LABEL = re.compile(
    rf"\[?\(?\s?(?P<base>{_FAMILY})(?:[ _-]?\#?(?P<number>{_NUMBER}))?\s?[)\]]?\s?{_IN_BRACKETS}\s?\]?\s?"
    r"(?::|(?P<dash>[-–—](?=\s))|(?P<alone>$))",
    re.IGNORECASE,
)
_WORD = r"[^\W\d_][\w.'-]{0,29}"
_NAME_LABEL = re.compile(rf"(?P<open>\[?)\s?(?P<name>{_WORD}(?: {_WORD}){{0,3}})\]?\s?{_IN_BRACKETS}\s?\]?\s?:(?!//)")
_MARKED = re.compile(r"[\s>#+•-]{0,20}([*_]{1,3})[^*_\n:]{1,60}(?::\s?\1|\1\s?:)")
_TITLES = {"dr.", "dr", "mr.", "mr", "ms.", "ms", "mrs.", "mrs", "prof.", "prof", "professor", "aunt", "uncle"}
_PARTICLES = {"de", "da", "di", "del", "der", "la", "le", "van", "von", "of", "the", "bin", "al", "y"}
_CONTRACTION = re.compile(r"'(?:s|re|m|ll|ve|d|t)$", re.IGNORECASE)
_NO_NAMES = {
    "also", "and", "answer", "at", "bonus", "but", "chapter", "conclusion", "disclaimer", "episode", "example",
    "fact", "finally", "first", "here", "hint", "intro", "last", "lesson", "location", "moral", "music", "next",
    "note", "now", "or", "outro", "part", "plus", "ps", "question", "reminder", "remember", "result", "rule",
    "sample", "scene", "second", "section", "segment", "setting", "so", "sound", "spoiler", "step", "still",
    "summary", "then", "there", "third", "tip", "title", "today", "tomorrow", "tonight", "topic", "transcript",
    "podcast", "update", "verdict", "warning", "word", "yesterday", "yet",
}  # fmt: skip
LONGEST = 160
"""Characters at the start of a line in which a label must end."""


@dataclass(frozen=True, slots=True)
class Label:
    """One label at the start of a line."""

    text: str
    """As written, without marks, brackets around it and the colon."""
    base: str
    """`speaker 1`, `host`, `zoë`: lower case, single spaces."""
    name: str | None
    """The name in brackets behind a family label, as written."""
    direction: str
    """`(laughs)` where the brackets hold a stage direction, to stand before the words; else empty."""
    family: bool
    numbered: bool
    marked: bool
    """Stressed or bracketed, which no ordinary words before a colon are."""
    rest: str
    """The line after the label."""


def read_label(line: str, plain_line: str) -> Label | None:
    """The label a line starts with, be it proved or not. `plain_line` is the line without marks of emphasis."""
    begin = _PREFIX.match(plain_line)
    start = begin.end() if begin else 0
    head = plain_line[start : start + LONGEST]
    return _family_label(head, plain_line[start:]) or _name_label(head, plain_line[start:], line)


def _family_label(head: str, line: str) -> Label | None:
    match = _FAMILY_LABEL.match(head)
    if not match or ((match["dash"] or match["alone"] is not None) and not match["number"]):
        return None
    if match["alone"] is not None and len(line) > len(head):
        return None
    base = re.sub(r"[- ]", "", match["base"].lower())
    number = (match["number"] or "").lower()
    number = str(_NUMBERS.get(number, number)).lstrip("0") or ("0" if number else "")
    name, direction = _read_note(match["note"])
    key = f"{base} {number}".strip()
    return Label(_as_written(match), key, name, direction, True, bool(number), True, line[match.end() :].strip())


def _as_written(match: re.Match[str]) -> str:
    return match[0].strip().rstrip(":-–—").strip().removeprefix("[").removesuffix("]").strip()


def _read_note(note: str | None) -> tuple[str | None, str]:
    """What stands in brackets behind a label: a name, a stage direction, or nothing that matters (a time, a role)."""
    note = (note or "").strip()
    if is_direction(note):
        return None, f"({note})"
    if looks_like_name(note) and not re.fullmatch(_FAMILY, note, re.IGNORECASE):
        return note, ""
    return None, ""


def _name_label(head: str, line: str, raw: str) -> Label | None:
    match = _NAME_LABEL.match(head)
    if not match or not looks_like_name(match["name"]):
        return None
    _, direction = _read_note(match["note"])
    key = " ".join(match["name"].lower().split())
    marked = bool(match["open"] or _MARKED.match(raw))
    return Label(_as_written(match), key, None, direction, False, False, marked, line[match.end() :].strip())


def looks_like_name(text: str) -> bool:
    """One to three words (four with a title), each beginning like a name, none a contraction, not "Note" or "Scene"."""
    words = text.split()
    first = words[0].lower() if words else ""
    if not words or len(words) > (4 if first in _TITLES else 3) or first.rstrip(".") in _NO_NAMES:
        return False
    if words[-1].lower() in _PARTICLES:
        return False
    return all(is_name_word(word) or (at > 0 and word in _PARTICLES) for at, word in enumerate(words))


def is_short_name(key: str) -> bool:
    """One or two words, or a title and more: what a name used once must be."""
    words = key.split()
    return len(words) < 3 or words[0] in _TITLES


def is_name_word(word: str) -> bool:
    return word[0].isalpha() and not word[0].islower() and not _CONTRACTION.search(word)


def may_become_label(start: str) -> bool:
    """Whether the start of an unfinished line could still turn out to be a label; once false, it stays false."""
    begin = _PREFIX.match(start)
    rest = start[begin.end() :] if begin else start
    rest = re.sub(r"[(\[][^()\[\]]{0,60}[)\]]?", " ", rest[: LONGEST + 1])
    words = rest.split()
    if len(rest) > LONGEST or ":" in rest or len(words) > 4:
        return False
    if not words or (len(words) == 1 and _FAMILY_START.fullmatch(words[0])):
        return True
    if re.fullmatch(_FAMILY, words[0], re.IGNORECASE):
        return len(words) < 3 or not words[2][0].isalnum()
    *done, last = words
    if not all(is_name_word(word) or word in _PARTICLES for word in done):
        return False
    return (last[0].isalpha() and not last[0].islower()) or any(word.startswith(last) for word in _PARTICLES)


_FAMILY_START = re.compile(
    "|".join(
        {re.escape(name[:end]) for name in f"co-host|cohost|{_FAMILY}".split("|") for end in range(1, len(name) + 1)}
    ),
    re.IGNORECASE,
)
_INLINE = (
    r"(?:(?<=[\s.!?…\"')\]—])|^)\[?(?:Speaker|SPEAKER|Co-[Hh]ost|CO-HOST|Host|HOST|Guest|GUEST)[ _-]?\#?[0-9]{1,7}"
    r"\s?\]?\s?(?:[(\[][^()\[\]:]{0,60}[)\]])?\s?\]?\s?:(?!\d)"
)
INLINE_LABEL = re.compile(_INLINE)
"""A numbered label in the middle of a line; two speakers on one line are two turns."""
OPEN_LABEL = re.compile(
    r"(?:Speaker|SPEAKER|Co-[Hh]ost|CO-HOST|Host|HOST|Guest|GUEST)[ _-]?\#?[0-9]{0,7}\s?\]?\s?"
    r"(?:[(\[][^()\[\]:]{0,60}[)\]]?)?\s?\]?\s?:?$"
)
"""The same where more text may be on its way."""


def without_inline_labels(text: str) -> str:
    """Words that only look like a label once lines are joined stay words: their colon becomes a comma."""
    return INLINE_LABEL.sub(lambda match: match[0][:-1].rstrip() + ",", text) if ":" in text else text


def split_inline(text: str) -> tuple[str, list[tuple[Label, str]]]:
    """The words before the first label inside a line, and each such label with its words."""
    matches = list(INLINE_LABEL.finditer(text)) if ":" in text else []
    if not matches:
        return text, []
    ends = [match.start() for match in matches[1:]] + [len(text)]
    found: list[tuple[Label, str]] = []
    for match, end in zip(matches, ends, strict=True):
        label = _family_label(match[0].strip(), match[0].strip())
        if label:
            found.append((label, text[match.end() : end].strip()))
    return text[: matches[0].start()].strip(), found


@dataclass(slots=True)
class Cast:
    """Who is who, worked out in reading order alone, so that later lines never change what earlier ones meant."""

    _ids: dict[str, int] = field(default_factory=dict[str, int])
    _full_names: dict[int, str] = field(default_factory=dict[int, str])
    _count: int = 0

    def knows(self, key: str) -> bool:
        return key in self._ids

    def resolve(self, label: Label) -> int:
        """A number for the speaker, from 1 in the order of labels. Learns the name in the label's brackets."""
        name = " ".join(label.name.lower().split()) if label.name else None
        found = self._find(label, name)
        if found is None:
            self._count += 1
            found = self._count
        self._ids.setdefault(label.base, found)
        full_name = name or (label.base if not label.family else None)
        if full_name:
            self._full_names.setdefault(found, full_name)
            self._ids.setdefault(full_name, found)
            first = full_name.split()[0]
            if first not in _TITLES:
                self._ids.setdefault(first, found)
        return found

    def _find(self, label: Label, name: str | None) -> int | None:
        by_base = self._ids.get(label.base)
        if label.numbered and by_base is not None:
            return by_base
        if name is None:
            return by_base
        by_name = self._ids.get(name)
        if by_name is not None:
            return by_name
        # "Host (Alex):" and "Host (Sam):" are two people who share a role.
        return by_base if by_base is not None and by_base not in self._full_names else None
