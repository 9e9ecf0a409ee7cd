"""Campaigns as their operator sets them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError
from sqlmodel import Session, col, select

from annotations.kinds import CampaignKind
from annotations.tables import Campaign, StoryRow
from core.errors import BadInput, StoreError
from core.records import Criterion
from core.settings import Settings


class Rules(Settings):
    """What can be set of a campaign at any time."""

    title: str = Field("", max_length=200)
    wording: str = Field("Which sounds more like people talking?", min_length=1, max_length=500)
    criteria: tuple[Criterion, ...] = tuple(Criterion)
    reveal: bool = False
    show_captions: bool = False
    repeats: int = Field(0, ge=0, le=20)
    votes_wanted: int | None = Field(None, ge=1)
    limit_per_rater: int | None = Field(None, ge=1)
    limit_per_address: int | None = Field(None, ge=1)
    is_open: bool = True


class NewCampaign(Rules):
    """What is set once: pairs and votes depend on it."""

    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    kind: Literal["benchmark", "own_photos", "samples"] = "benchmark"
    public: bool = True


Kind = TypeVar("Kind", bound=Rules)


def by_slug(session: Session, slug: str) -> Campaign:
    """Raises StoreError with the campaigns there are."""
    campaign = session.exec(select(Campaign).where(Campaign.slug == slug)).first()
    if campaign is None:
        raise unknown(session, slug)
    return campaign


def lock(session: Session, slug: str) -> Campaign:
    """Draws of one campaign happen one after the other, so that two at once see each other's trials."""
    campaign = session.exec(select(Campaign).where(Campaign.slug == slug).with_for_update(key_share=True)).first()
    if campaign is None:
        raise unknown(session, slug)
    return campaign


def unknown(session: Session, slug: str) -> StoreError:
    known = ", ".join(session.exec(select(Campaign.slug).order_by(col(Campaign.slug))))
    return StoreError(f"no campaign is called {slug!r}; there are: {known}")


def key(campaign: Campaign) -> int:
    """The number of a campaign that is in the database."""
    if campaign.id is None:
        raise StoreError(f"campaign {campaign.slug!r} is not stored yet")
    return campaign.id


def refuse_closed(campaign: Campaign) -> None:
    if not campaign.is_open:
        raise StoreError(f"“{campaign.title}” is closed: no more votes are taken. Thank you to all who gave one.")


def refuse_own_photos(campaign: Campaign) -> None:
    """Raises BadInput where prepared pairs would be mixed with visitors' own photos."""
    if campaign.kind == CampaignKind.OWN_PHOTOS:
        raise BadInput(f"campaign {campaign.slug!r} is for visitors' own photos; name another for prepared pairs")


def refuse_unshareable(session: Session, campaign: Campaign, story_id: str) -> None:
    """Raises BadInput where a public campaign would show what may not be shared."""
    if campaign.public and not session.get_one(StoryRow, story_id).shareable:
        raise BadInput(
            f"story {story_id} may not be shared, and campaign {campaign.slug!r} is public; "
            "add it to a campaign with public=False"
        )


def add(session: Session, slug: str, settings: Mapping[str, Any], now: datetime) -> None:
    """Raises BadInput for an unknown or unfit setting, or a slug that is taken."""
    new = _checked(NewCampaign, {**settings, "slug": slug})
    if session.exec(select(Campaign).where(Campaign.slug == slug)).first() is not None:
        raise BadInput(f"a campaign is called {slug!r} already; choose another slug")
    values: dict[str, Any] = new.model_dump(mode="json")
    values.update(title=new.title or slug, created_at=now)
    session.add(Campaign(**values))


def change(campaign: Campaign, changes: Mapping[str, Any]) -> None:
    """Raises BadInput, with nothing changed, for a name that is no rule or a value that does not fit."""
    now = {name: getattr(campaign, name) for name in Rules.model_fields}
    values = _checked(Rules, {**now, **changes}).model_dump(mode="json")
    for name in changes:
        setattr(campaign, name, values[name])


def _checked(kind: type[Kind], values: dict[str, Any]) -> Kind:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        known = ", ".join(kind.model_fields)
        hint = f"no such setting; there are: {known}" if fault["type"] == "extra_forbidden" else fault["msg"]
        raise BadInput(f"campaign: {where}: {hint}") from None
