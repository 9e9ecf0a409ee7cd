"""Training files -> samples. Two forms are read, and every fault is collected with the line or the number it is in.

The project's own form, one JSON object a line; pictures lie relative to the file:

    {"id": "ep7-03", "images": ["images/a.jpg", "images/b.jpg"], "prompt": "Write …", "answer": "Speaker 1: …",
     "group": "ep7"}                                       `group` may be left out; any other key is a fault

The Qwen conversation form of the paper's release, as a JSON list or one object a line:

    {"id": "ep7-03", "image": ["images/a.jpg", "images/b.jpg"],            `id` may be left out; `image` may be one path
     "conversations": [{"from": "human", "value": "<image>\\n<image>\\nWrite …"},
                       {"from": "gpt", "value": "Speaker 1: …"}]}

`<image>` marks say where pictures stand in the prompt. The project's form needs none: pictures then come first. White
space beside a mark does not reach the model, as in Qwen's own fine-tuning code.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

MARK = "<image>"
OWN_KEYS = frozenset({"id", "images", "prompt", "answer", "group"})
QWEN_KEYS = frozenset({"id", "image", "conversations", "group"})


@dataclass(frozen=True, slots=True)
class Sample:
    """Pictures, what is asked about them, and the talk to be learnt."""

    id: str
    where: str
    """File and line, or file and number, for messages."""
    images: tuple[Path, ...]
    content: tuple[str | None, ...]
    """The request in order: words, and None where the next picture stands."""
    answer: str
    group: str | None = None
    """The podcast it comes from, for splits that must not share one."""

    @property
    def prompt(self) -> str:
        """The words of the request."""
        return "\n".join(part for part in self.content if part is not None)

    def messages(self) -> list[dict[str, Any]]:
        """One user message in transformers' chat form; with the pictures in front, what `core.prompts` makes."""
        content = [{"type": "image"} if part is None else {"type": "text", "text": part} for part in self.content]
        return [{"role": "user", "content": content}]


class Reading(NamedTuple):
    """What a file holds."""

    samples: list[Sample]
    faults: list[str]
    """One line each, in the order of the file."""


class _Fault(ValueError):
    """What is wrong with one record, without its place."""


def read(path: Path) -> Reading:
    """Every sample of the file and every fault of form. Looks at no picture."""
    reading = Reading([], [])
    seen: dict[str, str] = {}
    for where, number, record in _records(path, reading.faults):
        try:
            sample = _sample(path, where, number, record)
        except _Fault as fault:
            reading.faults.append(f"{where}: {fault}")
            continue
        if sample.id in seen:
            reading.faults.append(f"{where}: the id {sample.id!r} stands in {seen[sample.id]} too; ids must be unique")
        seen.setdefault(sample.id, where)
        reading.samples.append(sample)
    if not reading.samples and not reading.faults:
        reading.faults.append(f"{path}: the file is empty; training samples were wanted")
    return reading


def _records(path: Path, faults: list[str]) -> Iterator[tuple[str, int, Any]]:
    """Where it stands, its number from 1, and the parsed record."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.append(f"{path}: no such file; a file of training samples was wanted")
        return
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{path}: cannot be read ({error}); JSON lines in UTF-8 were wanted")
        return
    if text.lstrip().startswith("["):
        yield from _listed(path, text, faults)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            faults.append(f"{path}:{number}: not JSON ({_short(error)}); {_WANTED}")
            continue
        yield f"{path}:{number}", number, record


_WANTED = "one sample a line was wanted, or a JSON list of conversations"


def _listed(path: Path, text: str, faults: list[str]) -> Iterator[tuple[str, int, Any]]:
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        faults.append(f"{path}:{error.lineno}: not JSON ({error.msg}); the list cannot be read past it")
        return
    except RecursionError:
        faults.append(f"{path}: not JSON that can be read (nested too deeply); a list of conversations was wanted")
        return
    for number, record in enumerate(records, start=1):
        yield f"{path}: sample {number}", number, record


def _short(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"


def _sample(path: Path, where: str, number: int, record: Any) -> Sample:
    if not isinstance(record, dict):
        raise _Fault(f"found {type(record).__name__}; {_WANTED}")
    if "conversations" in record:
        return _conversation(path, where, number, record)
    if record.keys() & {"images", "prompt", "answer"}:
        return _own(path, where, record)
    keys = ", ".join(sorted(map(str, record))) or "no keys"
    raise _Fault(
        f"neither form of sample (found {keys}); `images`, `prompt` and `answer` were wanted, "
        "or `image` and `conversations`"
    )


def _own(path: Path, where: str, record: dict[str, Any]) -> Sample:
    _known(record, OWN_KEYS)
    name = _text(record, "id")
    if not name.strip():
        raise _Fault("`id` is empty")
    images = _paths(path, record, "images")
    prompt = _text(record, "prompt")
    content = _content(prompt) if MARK in prompt else (*[None] * len(images), *_words(prompt))
    return _placed(Sample(name, where, images, content, _text(record, "answer").strip(), _group(record)))


def _conversation(path: Path, where: str, number: int, record: dict[str, Any]) -> Sample:
    _known(record, QWEN_KEYS)
    given = record.get("id", f"{path.stem}-{number}")
    if not isinstance(given, str | int) or not str(given).strip():
        raise _Fault(f"`id` is {given!r}; a text or a number was wanted")
    human, gpt = _exchange(record["conversations"])
    if MARK in gpt:
        raise _Fault(f"the answer holds {MARK}; pictures belong into the request")
    images = _paths(path, record, "image")
    return _placed(Sample(str(given), where, images, _content(human), gpt.strip(), _group(record)))


def _exchange(turns: Any) -> tuple[str, str]:
    """What the human asks and what the model answers."""
    made = isinstance(turns, list) and all(isinstance(turn, dict) for turn in turns)
    speakers = [turn.get("from") for turn in turns] if made else []
    if speakers != ["human", "gpt"]:
        raise _Fault(f"`conversations` has turns from {speakers}; one from human and then one from gpt were wanted")
    values = [turn.get("value") for turn in turns]
    if not all(isinstance(value, str) for value in values):
        raise _Fault("a turn of `conversations` has no text as `value`")
    return values[0], values[1]


def _known(record: dict[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(record.keys() - known):
        raise _Fault(f"unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise _Fault(f"`{key}` is {'missing' if value is None else type(value).__name__}; a text was wanted")
    return value


def _group(record: dict[str, Any]) -> str | None:
    return None if record.get("group") is None else _text(record, "group")


def _paths(path: Path, record: dict[str, Any], key: str) -> tuple[Path, ...]:
    value = record.get(key, [])
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(one, str) and one.strip("\0 ") for one in listed):
        raise _Fault(f"`{key}` is {value!r:.60}; paths of pictures were wanted")
    return tuple(path.parent / one for one in listed)


def _content(prompt: str) -> tuple[str | None, ...]:
    """The request with None for each mark."""
    first, *rest = prompt.split(MARK)
    parts: list[str | None] = list(_words(first))
    for text in rest:
        parts += [None, *_words(text)]
    return tuple(parts)


def _words(text: str) -> list[str]:
    return [text.strip()] if text.strip() else []


def _placed(sample: Sample) -> Sample:
    marks = sample.content.count(None)
    if marks != len(sample.images):
        raise _Fault(f"{marks} {MARK} marks and {len(sample.images)} pictures; one mark a picture was wanted")
    return sample
