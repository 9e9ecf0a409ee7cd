"""Spans of time as people say them."""

import math
from datetime import UTC, datetime


def span(seconds: float) -> str:
    """45 s, 12 min, 3 h 20 min, 2 d 4 h; a dash where it is not known."""
    if not math.isfinite(seconds) or seconds < 0:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _two(minutes, 60, "h", "min")
    return _two(round(whole / 3600), 24, "d", "h")


def _two(small: int, base: int, big_unit: str, small_unit: str) -> str:
    big, rest = divmod(small, base)
    return f"{big} {big_unit} {rest} {small_unit}" if rest else f"{big} {big_unit}"


def moment(time: datetime | None) -> str:
    """24 Nov 15:02 UTC; a dash where it is not known."""
    return "–" if time is None else f"{time.astimezone(UTC):%-d %b %H:%M} UTC"


def ago(time: datetime | None, now: datetime) -> str:
    """How long ago in the first hours, then the date."""
    if time is None:
        return "–"
    seconds = (now - time).total_seconds()
    if seconds < 5:
        return "just now"
    return f"{span(seconds)} ago" if seconds < 12 * 3600 else moment(time)
