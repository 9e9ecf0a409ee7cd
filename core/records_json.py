"""Records <-> the values of JSON, strictly: an unknown field, a missing one or a wrong type is named."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from core.records import Photo, Sampling, Story, Transcript

_INSIDE: dict[type, dict[str, type]] = {Story: {"photos": Photo}, Transcript: {"sampling": Sampling}}
"""Fields that hold records themselves."""
MOST_PHOTOS = 20


def to_json(record: Story | Transcript) -> dict[str, Any]:
    return asdict(record)


def to_story(value: Any) -> Story:
    """Raises ValueError with the field and what was wanted."""
    story = cast(Story, _made(Story, value))
    numbers = [photo.number for photo in story.photos]
    if not 1 <= len(numbers) <= MOST_PHOTOS:
        raise ValueError(f"story {story.id!r}: {len(numbers)} photos; 1 to {MOST_PHOTOS} were wanted")
    if len(set(numbers)) != len(numbers) or min(numbers) < 1:
        raise ValueError(f"story {story.id!r}: photos.number: different numbers from 1 were wanted, found {numbers}")
    return story


def to_transcript(value: Any) -> Transcript:
    """Raises ValueError with the field and what was wanted."""
    return cast(Transcript, _made(Transcript, value))


def _made(record: type, value: Any) -> Any:
    _check_names(record, value, "")
    try:
        return _adapter(record).validate_json(_dumped(value), strict=True)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ValueError(f"{where}: {fault['msg']}" if where else fault["msg"]) from None


@cache
def _adapter(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(record)


def _dumped(value: Any) -> bytes:
    # JSON again, because only from JSON does the strict mode take a list for a tuple and a word for an enum.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _check_names(record: type, value: Any, where: str) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where or 'record'}: an object was wanted, found {type(value).__name__}")
    found = cast(Mapping[str, Any], value)
    names = {field.name for field in fields(record)}
    if unknown := sorted(set(found) - names):
        raise ValueError(f"{where}{unknown[0]}: unknown field; {record.__name__} has: {', '.join(sorted(names))}")
    for name, inner in _INSIDE.get(record, {}).items():
        inside = found.get(name)
        for at, one in enumerate(cast(list[Any], inside) if isinstance(inside, list) else [inside]):
            if one is not None:
                _check_names(inner, one, f"{where}{name}.{at}." if isinstance(inside, list) else f"{name}.")
