"""A stored pair as the screens show it: parsed, sides already decided, names left behind."""

from dataclasses import dataclass

from app.render import Picture
from core.records import Photo, Turn


@dataclass(frozen=True, slots=True)
class PairView:
    """What a page may know before the vote."""

    trial_id: str
    title: str
    photos: tuple[Photo, ...]
    left: tuple[Turn, ...]
    right: tuple[Turn, ...]
    wording: str
    """The campaign's question."""
    show_captions: bool
    number: int
    """Of the pairs this rater has answered, this one included."""
    done: int
    """Votes by this rater in this campaign."""
    remaining: int
    """Pairs this rater may still be given, this one included."""

    @property
    def missing(self) -> str:
        """A line on pictures that are not there, empty where all are."""
        lost = [str(photo.number) for photo in self.photos if photo.file is None]
        if not lost:
            return ""
        if len(lost) == len(self.photos):
            return "The photos of this story are missing here. Judge the talk alone."
        if len(lost) == 1:
            return f"Photo {lost[0]} of {len(self.photos)} is missing here."
        return f"Photos {', '.join(lost)} of {len(self.photos)} are missing here."


def photo_views(view: PairView) -> list[Picture]:
    """Addresses by trial and number: no file name and no story id reaches the page."""
    return [
        Picture(
            source=f"/trial/{view.trial_id}/{photo.number}.jpg",
            alt=(photo.caption if view.show_captions and photo.caption else f"Photo {photo.number} of the story"),
            caption=photo.caption,
            credit=photo.credit,
            licence=photo.licence,
            link=photo.link,
        )
        for photo in view.photos
        if photo.file is not None
    ]
