"""A run folder on its way into a campaign."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlmodel import Session

from annotations.campaigns import key
from annotations.mirror import Tally, put_pair, put_story, put_system, put_transcript, retire, transcript_row
from annotations.pairing import Members, all_pairs
from annotations.tables import Campaign, TranscriptRow
from annotations.views import LoadReport
from core.errors import BadInput
from core.records import Story, Transcript, TranscriptStatus


class RunLike(Protocol):
    """What a load needs of a run folder (core.runs.Run)."""

    @property
    def path(self) -> Path: ...
    def labels(self) -> Mapping[str, str]: ...
    def stories(self) -> Sequence[Story]: ...
    def transcripts(self) -> Sequence[Transcript]:
        """The latest of each system at each story."""
        ...

    def attempts(self) -> Sequence[Transcript]:
        """All that were ever written."""
        ...


@dataclass(frozen=True)
class RunStory:
    """A story of a run with what was written for it, measured before any transaction begins."""

    story: Story
    rows: tuple[TranscriptRow, ...]
    """The latest transcript of each system."""
    earlier: frozenset[str]
    """Ids of transcripts whose place a later one took."""

    @property
    def usable(self) -> list[str]:
        """Ids of the transcripts that can be read and voted on."""
        return [row.id for row in self.rows if row.status == TranscriptStatus.OK and row.turns]

    @property
    def pairs(self) -> list[Members]:
        return all_pairs(self.usable)


def gather(run: RunLike) -> list[RunStory]:
    """Raises BadInput for a transcript of a story that the run does not have."""
    stories, latest, attempts = run.stories(), run.transcripts(), run.attempts()
    known, current = {story.id for story in stories}, {transcript.id for transcript in latest}
    rows: dict[str, list[TranscriptRow]] = defaultdict(list)
    earlier: dict[str, set[str]] = defaultdict(set)
    for transcript in attempts:
        if transcript.story_id not in known:
            raise BadInput(
                f"{run.path}: transcript {transcript.id} is of story {transcript.story_id!r}, "
                "which the run does not have"
            )
        if transcript.id not in current:
            earlier[transcript.story_id].add(transcript.id)
    for transcript in latest:
        rows[transcript.story_id].append(transcript_row(transcript))
    return [RunStory(story, tuple(rows[story.id]), frozenset(earlier[story.id])) for story in stories]


@dataclass
class Load:
    """One run on its way into one campaign, counted as it goes."""

    folder: Path
    labels: Mapping[str, str]
    tally: Tally = field(default_factory=Tally)
    retired: int = 0
    refused: set[str] = field(default_factory=set[str])
    missing: int = 0

    def put(self, session: Session, campaign: Campaign, one: RunStory) -> None:
        self.missing += put_story(session, one.story, self.folder, self.tally)
        for row in sorted(one.rows, key=lambda row: row.system_id):
            put_system(session, row.system_id, self.labels.get(row.system_id, ""), "", self.tally)
            put_transcript(session, row.model_copy(), self.tally)
        kept_out = campaign.public and not one.story.shareable
        if kept_out:
            self.refused.add(one.story.id)
        else:
            for pair in one.pairs:
                put_pair(session, key(campaign), pair, one.story.id, self.tally)
        withdrawn = one.earlier | {row.id for row in one.rows if kept_out or row.id not in one.usable}
        self.retired += retire(session, key(campaign), withdrawn)

    def include(self, part: "Load") -> None:
        """Counts a part that is committed."""
        self.tally.added += part.tally.added
        self.tally.changed += part.tally.changed
        self.retired += part.retired
        self.refused |= part.refused
        self.missing += part.missing

    def report(self, campaign: str, told: Sequence[RunStory]) -> LoadReport:
        return LoadReport(
            run=str(self.folder),
            campaign=campaign,
            stories=len(told),
            transcripts=sum(len(one.rows) for one in told),
            pairs=sum(len(one.pairs) for one in told if one.story.id not in self.refused),
            added=dict(sorted(self.tally.added.items())),
            changed=self.tally.changed,
            retired=self.retired,
            not_shareable=len(self.refused),
            failures=sum(len(one.rows) - len(one.usable) for one in told),
            missing_photos=self.missing,
        )
