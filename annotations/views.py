"""What leaves the store: frozen records, so that no row and no session escapes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from annotations.kinds import CampaignKind, TrialStatus
from core.records import Answer, Criterion, Finish, Sampling


@dataclass(frozen=True, slots=True)
class Rendering:
    """The form texts are shown in, so that a vote can name what was read."""

    version: str
    render: Callable[[str], str]


RAW = Rendering("raw", str)
"""Texts as written."""


@dataclass(frozen=True, slots=True)
class CampaignView:
    slug: str
    kind: CampaignKind
    title: str
    wording: str
    criteria: tuple[Criterion, ...]
    public: bool
    reveal: bool
    show_captions: bool
    repeats: int
    votes_wanted: int | None
    limit_per_rater: int | None
    limit_per_address: int | None
    is_open: bool
    pairs: int
    """Handed out now."""
    votes: int
    """In so far; which way is told only once the campaign is closed."""


@dataclass(frozen=True, slots=True)
class PhotoView:
    number: int
    path: str | None
    """File on this machine; None where the picture is missing."""
    caption: str | None
    """None also where the campaign does not show captions."""
    credit: str | None
    licence: str | None
    link: str | None
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class TrialView:
    """One trial as its rater may see it: nothing here tells which system wrote which side."""

    trial_id: str
    """Random."""
    campaign: str
    title: str | None
    photos: tuple[PhotoView, ...]
    left_text: str
    """As the system wrote it: show it through the one rendering, for labels and marks can name a model."""
    right_text: str
    wording: str
    criteria: tuple[Criterion, ...]
    done: int
    """Votes this rater has given in the campaign."""
    remaining: int
    """Trials this rater may still be given, this one included."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts alone, never which way."""

    done: int
    skipped: int
    remaining: int
    """An open trial included."""
    votes: int
    """Of all raters together."""
    pairs: int


@dataclass(frozen=True, slots=True)
class Side:
    """What is told of one side after the vote."""

    system_id: str
    label: str
    note: str
    seconds: float | None
    finish: Finish | None
    words: int
    turns: int


@dataclass(frozen=True, slots=True)
class Reveal:
    left: Side
    right: Side


@dataclass(frozen=True, slots=True)
class Receipt:
    """A vote or a skip that is safely stored."""

    trial_id: str
    campaign: str
    answer: Answer
    """What stands, which is the first answer where it came twice."""
    already: bool
    done: int
    """Votes this rater has given in the campaign."""
    reveal: Reveal | None
    """Only after a vote, and only where the campaign reveals."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a system has just written for an uploaded story."""

    system_id: str
    label: str
    text: str
    """Measured here, and kept only where the visitor agreed."""
    fingerprint: str
    prompt: str
    sampling: Sampling | None = None
    finish: Finish | None = None
    seconds: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a run brought in, and what it did not."""

    run: str
    campaign: str
    stories: int
    transcripts: int
    pairs: int
    """In the run; those new to the campaign are counted in `added`."""
    added: Mapping[str, int]
    """Rows new to the database, by table."""
    changed: int
    """Rows whose values the run corrected, such as a photo that moved."""
    retired: int
    """Pairs no longer handed out, because a newer transcript took a side's place. Their votes stay."""
    not_shareable: int
    """Stories kept out because the campaign is public."""
    failures: int
    """Transcripts that are failures, or hold no turn: they make no pair."""
    missing_photos: int


@dataclass(frozen=True, slots=True)
class PairRecord:
    """A pair of a campaign. `a` is the side of the system whose id comes first, so that a letter means one system."""

    campaign: str
    kind: CampaignKind
    pair_id: str
    story_id: str
    story_title: str | None
    shareable: bool
    active: bool
    transcript_a: str
    transcript_b: str
    system_a: str
    system_b: str
    label_a: str
    label_b: str
    text_a: str | None
    """None where it was not kept or may not be shared."""
    text_b: str | None


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """A vote, told with the letters of its `PairRecord`."""

    pair: PairRecord
    trial_id: str
    rater: str
    repeat_no: int
    choice: str
    """`a`, `b`, `tie` or `both_bad`."""
    left: str
    """`a` or `b`."""
    rendering: str
    shown_hash: str
    opened_at: datetime
    voted_at: datetime
    reason: str | None
    """None where the story may not be shared: a reason quotes."""
    criteria: Mapping[Criterion, str] = field(default_factory=dict[Criterion, str])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything an export needs, of one moment."""

    pairs: tuple[PairRecord, ...]
    votes: tuple[VoteRecord, ...]
    trials: Mapping[TrialStatus, int]
