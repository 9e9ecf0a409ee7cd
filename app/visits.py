"""The photos and the finished stories of the visits now open, in memory only.

A visit is one open page. Its token is unguessable and is all that opens it. Nothing here touches a disk: what a visitor
uploads is gone when the visit ends, when it idles too long, or when the process does.
"""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from core.errors import BadInput, PhotoError
from core.photos import NormalPhoto, PhotoLimits, normalise, shown_name

IDLE_SECONDS = 2 * 60 * 60
"""A visit not touched for so long is forgotten."""
LEFT_SECONDS = 60
"""A visit whose page was closed is forgotten after so long; a phone that only slept is back before."""
MAX_BYTES = 1024**3
"""Photos of all visits together; further uploads are refused until visits end."""


@dataclass(frozen=True, slots=True)
class VisitPhoto:
    """One photo of a visit, with the id the page knows it by."""

    id: str
    name: str
    place: float
    """Photos are shown by rising place."""
    photo: NormalPhoto


@dataclass(frozen=True, slots=True)
class SavedTelling:
    """A finished comparison as it may be taken home. It names both systems, so it is made after the vote only."""

    text: str
    html: str


@dataclass
class _Visit:
    photos: tuple[VisitPhoto, ...] = ()
    saved: SavedTelling | None = None
    touched: float = 0.0
    left: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Visits:
    """Thread-safe. Unknown tokens raise BadInput with a line that says to reload the page."""

    def __init__(self, limits: PhotoLimits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits or PhotoLimits()
        self._clock = clock
        self._visits: dict[str, _Visit] = {}
        self._lock = threading.Lock()

    def open(self) -> str:
        self.sweep()
        token = secrets.token_urlsafe(18)
        with self._lock:
            self._visits[token] = _Visit(touched=self._clock())
        return token

    def close(self, token: str) -> None:
        """Forget the visit; closing one that is gone is fine, since pages end in any order."""
        with self._lock:
            self._visits.pop(token, None)

    def leave(self, token: str) -> None:
        """The page was closed, or lost its connection: forget the visit soon unless it asks for something again."""
        visit = self._visits.get(token)
        if visit is not None:
            visit.left = self._clock()

    def sweep(self) -> list[str]:
        """Forget visits that ended or idle; returns their tokens."""
        now = self._clock()
        with self._lock:
            over = [token for token, visit in self._visits.items() if _is_over(visit, now)]
            for token in over:
                del self._visits[token]
        return over

    def __len__(self) -> int:
        return len(self._visits)

    def photos(self, token: str) -> tuple[VisitPhoto, ...]:
        return self._visit(token).photos

    def photo(self, token: str, photo_id: str) -> VisitPhoto | None:
        return next((photo for photo in self.photos(token) if photo.id == photo_id), None)

    def add(self, token: str, name: str, data: bytes, place: float) -> VisitPhoto:
        """Normalise one file and keep it. Raises PhotoError, and the photos already there stay."""
        visit = self._visit(token)
        self._check_room(visit, name)
        photo = VisitPhoto(secrets.token_urlsafe(9), name[:200], place, normalise(data, name, self.limits))
        with visit.lock:
            self._check_room(visit, name)
            visit.photos = tuple(sorted((*visit.photos, photo), key=lambda one: one.place))
        return photo

    def remove(self, token: str, photo_id: str) -> None:
        visit = self._visit(token)
        with visit.lock:
            visit.photos = tuple(photo for photo in visit.photos if photo.id != photo_id)

    def arrange(self, token: str, ids: Sequence[str]) -> None:
        """Put the photos in this order; one that is not named keeps its place behind them."""
        visit = self._visit(token)
        with visit.lock:
            rank = {photo_id: place for place, photo_id in enumerate(ids)}
            ordered = sorted(visit.photos, key=lambda one: (rank.get(one.id, len(rank)), one.place))
            visit.photos = tuple(replace(photo, place=float(place)) for place, photo in enumerate(ordered))

    def save(self, token: str, saved: SavedTelling | None) -> None:
        self._visit(token).saved = saved

    def saved(self, token: str) -> SavedTelling | None:
        return self._visit(token).saved

    def _visit(self, token: str) -> _Visit:
        visit = self._visits.get(token)
        if visit is None:
            raise BadInput(
                "This page was open for too long and its photos are gone. Reload the page and add them again."
            )
        visit.touched, visit.left = self._clock(), None
        return visit

    def _check_room(self, visit: _Visit, name: str) -> None:
        most = self.limits.story_photos
        if len(visit.photos) >= most:
            raise PhotoError(f"{shown_name(name)}: a story holds {most} photos; remove one first.")
        with self._lock:
            held = sum(len(photo.photo.jpeg) for one in self._visits.values() for photo in one.photos)
        if held > MAX_BYTES:
            raise PhotoError(
                f"{shown_name(name)}: too many visitors have photos open just now. Try again in a few minutes."
            )


def _is_over(visit: _Visit, now: float) -> bool:
    return now - visit.touched > IDLE_SECONDS or (visit.left is not None and now - visit.left > LEFT_SECONDS)
