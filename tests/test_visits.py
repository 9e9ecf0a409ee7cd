"""Photos of open visits: kept in memory, bounded, forgotten."""

import io

import pytest
from PIL import Image

from app.visits import IDLE_SECONDS, LEFT_SECONDS, Visits
from core.errors import BadInput, PhotoError
from core.photos import PhotoLimits


def jpeg(shade: int = 120) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 90, 60)).save(out, "JPEG")
    return out.getvalue()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_photos_stand_in_the_order_of_their_places_whatever_arrives_first() -> None:
    visits = Visits()
    token = visits.open()
    for name, place in (("third", 2.0), ("first", 0.0), ("second", 1.0)):
        visits.add(token, name, jpeg(), place)
    assert [photo.name for photo in visits.photos(token)] == ["first", "second", "third"]


def test_photos_can_be_put_in_another_order_and_taken_out() -> None:
    visits = Visits()
    token = visits.open()
    one, two, three = (visits.add(token, str(place), jpeg(), place).id for place in range(3))
    visits.arrange(token, [three, one, two])
    visits.remove(token, one)
    assert [photo.id for photo in visits.photos(token)] == [three, two]
    visits.arrange(token, [two, "unknown"])
    assert [photo.id for photo in visits.photos(token)] == [two, three]


def test_a_bad_photo_changes_nothing() -> None:
    visits = Visits()
    token = visits.open()
    visits.add(token, "good.jpg", jpeg(), 0)
    with pytest.raises(PhotoError, match=r"bad\.jpg"):
        visits.add(token, "bad.jpg", b"no photo", 1)
    assert [photo.name for photo in visits.photos(token)] == ["good.jpg"]


def test_a_story_is_bounded() -> None:
    visits = Visits(PhotoLimits(story_photos=2))
    token = visits.open()
    visits.add(token, "a", jpeg(), 0)
    visits.add(token, "b", jpeg(), 1)
    with pytest.raises(PhotoError, match="a story holds 2 photos"):
        visits.add(token, "c", jpeg(), 2)


def test_idle_visits_are_forgotten_and_touched_ones_are_not() -> None:
    clock = Clock()
    visits = Visits(clock=clock)
    idle, busy = visits.open(), visits.open()
    clock.now = IDLE_SECONDS - 1
    visits.photos(busy)
    clock.now = IDLE_SECONDS + 1
    assert visits.sweep() == [idle]
    assert visits.photos(busy) == ()
    with pytest.raises(BadInput, match="Reload the page"):
        visits.photos(idle)


def test_a_page_that_was_left_is_forgotten_unless_it_comes_back() -> None:
    clock = Clock()
    visits = Visits(clock=clock)
    closed, slept = visits.open(), visits.open()
    visits.leave(closed)
    visits.leave(slept)
    visits.leave("unknown")
    clock.now = LEFT_SECONDS - 1
    assert visits.sweep() == []
    visits.photos(slept)
    clock.now = LEFT_SECONDS + 1
    assert visits.sweep() == [closed]
    assert len(visits) == 1


def test_a_closed_visit_is_gone() -> None:
    visits = Visits()
    token = visits.open()
    photo = visits.add(token, "a", jpeg(), 0)
    visits.close(token)
    visits.close(token)
    with pytest.raises(BadInput):
        visits.photo(token, photo.id)
    assert len(visits) == 0


def test_one_visit_cannot_reach_into_another() -> None:
    visits = Visits()
    mine, yours = visits.open(), visits.open()
    photo = visits.add(mine, "a", jpeg(), 0)
    assert visits.photo(yours, photo.id) is None
