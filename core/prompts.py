"""The words that go with the photos: named, versioned prompts; photos and prompt -> chat messages.

Writers and training share this file, so a model is asked at the desk what it was asked in training.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadInput

TOKENS_PER_WORD = 2048 / 800
"""Room for the answer: the paper gives 2,048 new tokens for about 800 words; other lengths keep that proportion."""

_WORDS = "{words}"


@dataclass(frozen=True, slots=True)
class Length:
    """How long a story should be."""

    name: str
    label: str
    """What a visitor reads."""
    words: int

    @property
    def max_new_tokens(self) -> int:
        """2,048 for 800 words as in the paper, 768 for 300 and 3,840 for 1,500."""
        return round(self.words * TOKENS_PER_WORD)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One way to ask for a story."""

    name: str
    version: str
    label: str
    """What a visitor reads."""
    text: str
    """The request; `{words}` stands where the length goes, if anywhere."""

    def fill(self, words: int) -> str:
        """The request as the model reads it."""
        return self.text.replace(_WORDS, str(words))

    def record_id(self, words: int) -> str:
        """`name-version-hash` for records; the hash covers the filled text, so wording and length both count."""
        return f"{self.name}-{self.version}-{hashlib.sha256(self.fill(words).encode()).hexdigest()[:8]}"


LENGTHS = (
    Length("short", "Short · 2 min", 300),
    Length("standard", "Standard · 5 min", 800),
    Length("long", "Long · 10 min", 1500),
)

_FORMAT = (
    "Begin every turn on a new line with the speaker's label, written `Speaker 1:`, `Speaker 2:` and so on. "
    "Aim for roughly {words} words in all."
)
_NOT_PICTURES = (
    "Take what the photos show as things that happened, in this order; the speakers never mention photos, pictures or "
    "images, and nobody describes one."
)

PROMPTS = (
    Prompt(
        "podcast",
        "v1",
        "Podcast talk",
        "Write a stretch from the middle of a podcast in which several people talk the way people really do: relaxed, "
        f"unscripted, reacting to one another. {_NOT_PICTURES} Start in mid-conversation and leave the same way: no "
        f"welcome, no goodbye. {_FORMAT}",
    ),
    Prompt(
        "old-friends",
        "v1",
        "Old friends remember",
        "Two or three old friends think back on a day they spent together. They finish each other's sentences, "
        f"disagree about details, tease, and drift into side stories. {_NOT_PICTURES} No greeting and no farewell, "
        f"only the talk itself. {_FORMAT}",
    ),
    Prompt(
        "interview",
        "v1",
        "Interview",
        "A curious host draws a story out of a guest who was there. The host asks short questions and follows up on "
        f"what was just said; the guest answers at length, with feeling and small detours. {_NOT_PICTURES} Join them "
        f"after the introductions and leave before the thanks. {_FORMAT}",
    ),
)


def get(name: str) -> Prompt:
    """Raises BadInput for an unknown name."""
    for prompt in PROMPTS:
        if prompt.name == name:
            return prompt
    raise BadInput(f"no prompt is called {name!r}; prompts: {', '.join(prompt.name for prompt in PROMPTS)}")


def get_length(name: str) -> Length:
    """Raises BadInput for an unknown name."""
    for length in LENGTHS:
        if length.name == name:
            return length
    raise BadInput(f"no length is called {name!r}; lengths: {', '.join(length.name for length in LENGTHS)}")


def load(path: Path, name: str | None = None) -> Prompt:
    """A prompt from a text file, used to the letter save for blank ends. The name is the file's where none is given.

    Raises BadInput where the file cannot be read, is empty, or holds braces other than `{words}` or a chat marker.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as a prompt ({error}); give a text file in UTF-8") from None
    if not text:
        raise BadInput(f"{path}: the file is empty; a prompt was wanted")
    if found := re.search(r"\{[^{}]*\}|[{}]", text.replace(_WORDS, "")):
        raise BadInput(f"{path}: found {found.group()!r}; the only braces a prompt may hold are {_WORDS}")
    if found := re.search(r"<\|[^|]*\|>", text):
        raise BadInput(f"{path}: found {found.group()!r}, which is a marker of the chat format; write plain words")
    name = name or re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "prompt"
    return Prompt(name, "file", name.replace("-", " ").capitalize(), text)


def chat_messages(prompt_text: str, photo_count: int) -> list[dict[str, Any]]:
    """One user message in transformers' chat form: the photos in order, then the words."""
    content: list[dict[str, Any]] = [{"type": "image"} for _ in range(photo_count)]
    return [{"role": "user", "content": [*content, {"type": "text", "text": prompt_text}]}]
