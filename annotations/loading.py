"""A run folder on its way into a campaign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from annotations.campaigns import key
from annotations.mirror import Tally, put_pair, put_story, put_system, put_transcript, retire, transcript_row
from annotations.pairing import Members, all_pairs
from annotations.tables import Campaign, TranscriptRow
from annotations.views import LoadReport
from core.errors import BadInput
from core.records import Story, Transcript, TranscriptStatus


@dataclass(frozen=True)
class RunStory:
    """A story of a run with all that was written for it, measured before any transaction begins."""

    story: Story
    rows: tuple[TranscriptRow, ...]
    """In the order of the run's file, the last of a system being its latest."""

    @property
    def latest(self) -> dict[str, TranscriptRow]:
        """By system."""
        return {row.system_id: row for row in self.rows}

    @property
    def usable(self) -> list[str]:
        """Ids of the latest transcripts that can be read and voted on."""
        return [row.id for row in self.latest.values() if row.status == TranscriptStatus.OK and row.turns]

    @property
    def pairs(self) -> list[Members]:
        return all_pairs(self.usable)


def gather(stories: Iterable[Story], transcripts: Iterable[Transcript]) -> list[RunStory]:
    """Raises BadInput for a transcript of a story that the run does not have."""
    told = tuple(stories)
    written: dict[str, list[TranscriptRow]] = {story.id: [] for story in told}
    for transcript in transcripts:
        if transcript.story_id not in written:
            raise BadInput(
                f"transcript {transcript.id} is of story {transcript.story_id!r}, which the run does not have"
            )
        written[transcript.story_id].append(transcript_row(transcript))
    return [RunStory(story, tuple(written[story.id])) for story in told]


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
        for system_id in sorted(one.latest):
            put_system(session, system_id, self.labels.get(system_id, ""), "", self.tally)
        for row in one.rows:
            put_transcript(session, row.model_copy(), self.tally)
        kept_out = campaign.public and not one.story.shareable
        if kept_out:
            self.refused.add(one.story.id)
        else:
            for pair in one.pairs:
                put_pair(session, key(campaign), pair, one.story.id, self.tally)
        unusable = {row.id for row in one.rows} - set([] if kept_out else one.usable)
        self.retired += retire(session, key(campaign), unusable)

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
            failures=sum(len(one.latest) - len(one.usable) for one in told),
            missing_photos=self.missing,
        )
