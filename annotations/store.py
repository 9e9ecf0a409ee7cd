"""The one place that opens database sessions. Records go in, frozen views come out.

Safe to use from several threads, and several processes may share one database. A method returns only after its
transaction is on disk.
"""

import random
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from annotations import answers, campaigns, loading, mirror, own_photos, present, snapshot, trials
from annotations.engine import for_reading, make_engine, parse_url, sqlite_file
from annotations.kinds import CampaignKind
from annotations.migrate import migrate, vacuum_into
from annotations.mirror import Tally
from annotations.pairing import members
from annotations.tables import RaterRow, TranscriptRow
from annotations.views import (
    RAW,
    CampaignView,
    LoadReport,
    Progress,
    Receipt,
    Rendering,
    Snapshot,
    TrialView,
    Written,
)
from core.errors import BadInput, StoreError
from core.records import Answer, Criterion, Photo, Story, Transcript

TRIAL_LIFE = timedelta(hours=2)
STORIES_AT_ONCE = 100
"""In one transaction of a load, so that voters never wait long for it."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """People's votes and what they are about."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], rng: random.Random, trial_life: timedelta
    ) -> None:
        self._engine = engine
        self._reading = for_reading(engine)
        self._clock = clock
        self._rng = rng
        self._life = trial_life
        # SQLite takes one writer at a time; waiting here is fair between threads, waiting in SQLite is not
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @classmethod
    def open(
        cls,
        url: str,
        clock: Callable[[], datetime] = utc_now,
        rng: random.Random | None = None,
        trial_life: timedelta = TRIAL_LIFE,
    ) -> "Store":
        """Connects and migrates. `rng` draws pairs and sides; the system's own chance where None.

        Raises SettingsError for an address that cannot be used, StoreError where the database is newer than the code,
        cannot be reached or cannot be migrated.
        """
        parsed = parse_url(url)
        migrate(parsed, clock())
        return cls(make_engine(parsed), clock, rng or random.SystemRandom(), trial_life)

    def close(self) -> None:
        self._engine.dispose()

    def check(self) -> None:
        """Raises StoreError where the database does not answer."""
        with self._read() as session:
            campaigns.by_slug(session, "benchmark")

    # Campaigns ------------------------------------------------------------------------------------------------------

    def campaigns(self) -> tuple[CampaignView, ...]:
        with self._read() as session:
            return present.all_campaigns(session)

    def campaign(self, slug: str) -> CampaignView:
        with self._read() as session:
            return present.campaign_view(session, campaigns.by_slug(session, slug))

    def add_campaign(self, slug: str, **settings: Any) -> CampaignView:
        """A benchmark campaign unless `kind` says otherwise; the other settings are those of `set_campaign`."""
        with self._write() as session:
            campaigns.add(session, slug, settings, self._clock())
        return self.campaign(slug)

    def set_campaign(self, slug: str, **changes: Any) -> CampaignView:
        """For the operator: title, wording, criteria, reveal, show_captions, repeats, votes_wanted, limit_per_rater,
        limit_per_address, is_open. Raises BadInput for another name or an unfit value, with nothing changed.
        """
        with self._write() as session:
            campaigns.change(campaigns.by_slug(session, slug), changes)
        return self.campaign(slug)

    # What runs bring in ---------------------------------------------------------------------------------------------

    def add_story(self, story: Story, folder: Path | None = None) -> None:
        """Photos' files are read from `folder`; without one they are absolute paths."""
        with self._write() as session:
            mirror.put_story(session, story, folder, Tally())

    def add_system(self, system_id: str, label: str = "", note: str = "") -> None:
        with self._write() as session:
            mirror.put_system(session, system_id, label, note, Tally())

    def add_transcript(self, transcript: Transcript) -> None:
        """Its story and its system must be there."""
        row = mirror.transcript_row(transcript)
        with self._write() as session:
            mirror.put_transcript(session, row, Tally())

    def add_pair(self, campaign_slug: str, first: str, second: str) -> str:
        """Two transcripts of one story, by id, handed out in the campaign. Returns the pair's id."""
        pair = members(first, second)
        with self._write() as session:
            campaign = campaigns.lock(session, campaign_slug)
            campaigns.refuse_own_photos(campaign)
            known = session.get(TranscriptRow, first)
            if known is None:
                raise StoreError(f"no transcript {first!r} is in the database")
            campaigns.refuse_unshareable(session, campaign, known.story_id)
            mirror.put_pair(session, campaigns.key(campaign), pair, known.story_id, Tally())
        return pair.pair_id

    def load_run(
        self, run: loading.RunLike, campaign: str = "benchmark", labels: Mapping[str, str] | None = None
    ) -> LoadReport:
        """Mirrors a run folder and hands out its pairs. Loading twice changes nothing.

        The latest transcript of each system counts. Stories that may not be shared stay out of a public campaign.
        `labels` names systems for the reveal, before the run's own names; an id stands in for a missing one.
        """
        told = loading.gather(run)
        named = {**run.labels(), **(labels or {})}
        load = loading.Load(run.path, named)
        for start in range(0, len(told), STORIES_AT_ONCE):
            part = loading.Load(run.path, named)
            with self._write() as session:
                into = campaigns.lock(session, campaign)
                campaigns.refuse_own_photos(into)
                for one in told[start : start + STORIES_AT_ONCE]:
                    part.put(session, into, one)
            load.include(part)
        return load.report(campaign, told)

    # Trials ---------------------------------------------------------------------------------------------------------

    def next_trial(
        self,
        campaign_slug: str,
        rater_id: str,
        *,
        address_hash: str | None = None,
        rendering: Rendering = RAW,
        story_id: str | None = None,
    ) -> TrialView | None:
        """The rater's open trial, else a new one; None where nothing is left for this rater.

        `story_id` asks for a pair of that story alone. `rendering` is how the texts will be shown: its version and a
        hash of the shown texts stay with the trial.
        Raises StoreError with a friendly line where the campaign is closed or a limit is reached.
        """
        request = self._request(rater_id, address_hash, story_id)
        with self._write() as session:
            campaign = campaigns.lock(session, campaign_slug)
            campaigns.refuse_closed(campaign)
            if campaign.kind == CampaignKind.OWN_PHOTOS:
                return None  # nobody is shown what was written about another visitor's photos
            self._know(session, rater_id)
            trial = trials.draw(session, campaign, request, self._rng, rendering)
        if trial is None:
            return None
        with self._read() as session:  # the writer's turn is over as early as can be
            return present.trial_view(session, trial)

    def trial_photo(self, trial_id: str, number: int) -> Path | None:
        """The file of a photo of the trial's story; None where there is no such trial or picture."""
        with self._read() as session:
            path = present.trial_photo(session, trial_id, number)
        return None if path is None or not Path(path).is_file() else Path(path)

    def open_comparison(
        self,
        rater_id: str,
        left: Written,
        right: Written,
        campaign: str = "own-photos",
        *,
        shown_hash: str,
        rendering: str,
        keep_text: bool = False,
        keep_photos: Sequence[Photo] = (),
        title: str | None = None,
        address_hash: str | None = None,
    ) -> str:
        """A trial on what two systems just wrote for an uploaded story; returns its random id.

        The sides stand as they were drawn before the writing began. Neither texts nor photos are stored unless given
        to keep (`keep_photos` with absolute paths); measures of the texts are. The story gets a random id.
        """
        upload = own_photos.Upload(left, right, shown_hash, rendering, keep_text, tuple(keep_photos), title)
        request = self._request(rater_id, address_hash)
        with self._write() as session:
            into = campaigns.lock(session, campaign)
            campaigns.refuse_closed(into)
            trials.refuse_over_limit(session, into, request)
            self._know(session, rater_id)
            return own_photos.open_trial(session, into, upload, request)

    def answer(
        self,
        trial_id: str,
        rater_id: str,
        answer: Answer,
        *,
        reason: str | None = None,
        criteria: Mapping[Criterion, Answer] | None = None,
    ) -> Receipt:
        """Stores exactly one vote a trial; the first answer stands however often it is sent. A skip is no vote.

        Raises StoreError for a trial that is unknown, another rater's or expired, and where the campaign is closed;
        BadInput for an unknown answer or a criterion the campaign does not ask.
        """
        given = answers.given(answer, reason, criteria or {})
        with self._write() as session:
            outcome = answers.answer(session, trial_id, rater_id, given, self._clock())
        if outcome.refusal:
            raise StoreError(outcome.refusal)
        with self._read() as session:
            return present.receipt(session, trial_id, outcome.answer, outcome.already)

    def progress(self, campaign_slug: str, rater_id: str) -> Progress:
        """Counts alone, never which way."""
        with self._read() as session:
            return trials.progress(session, campaigns.by_slug(session, campaign_slug), rater_id)

    # For the operator -----------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """All pairs and votes of one moment. It tells which way votes went: for exports and closed campaigns."""
        with self._read() as session:
            return snapshot.take(session)

    def backup(self, out: Path) -> Path:
        """A whole consistent copy, also while votes come in. Raises BadInput where the file exists."""
        path = sqlite_file(self._engine.url)
        if path is None:
            raise BadInput("this database is PostgreSQL; back it up with pg_dump")
        if out.exists():
            raise BadInput(f"{out}: is there already; name another file")
        out.parent.mkdir(parents=True, exist_ok=True)
        vacuum_into(path, out)
        return out

    # ----------------------------------------------------------------------------------------------------------------

    def _request(self, rater_id: str, address_hash: str | None, story_id: str | None = None) -> trials.Request:
        if not rater_id or len(rater_id) > 80:
            raise BadInput("a rater's id of 1 to 80 characters was wanted (annotations.raters)")
        return trials.Request(rater_id, address_hash, self._clock(), self._life, story_id)

    def _know(self, session: Session, rater_id: str) -> None:
        if session.get(RaterRow, rater_id) is None:
            session.add(RaterRow(id=rater_id, created_at=self._clock()))
            session.flush()

    @contextmanager
    def _write(self) -> Generator[Session]:
        """Commits at the end, or leaves everything as it was."""
        with self._waited(), _plain_errors(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _read(self) -> Generator[Session]:
        with _plain_errors(), Session(self._reading) as session, session.begin():
            yield session

    @contextmanager
    def _waited(self) -> Generator[None]:
        if self._turn is None:
            yield
        else:
            with self._turn:
                yield


@contextmanager
def _plain_errors() -> Generator[None]:
    """What the database says becomes one line."""
    try:
        yield
    except IntegrityError as error:
        raise StoreError(f"the database refused: {_line(error)}; nothing was stored") from error
    except (DBAPIError, PoolTimeout) as error:
        raise StoreError(
            f"the database does not answer ({_line(error)}); nothing was stored, please try again"
        ) from error


def _line(error: Exception) -> str:
    return " ".join(str(getattr(error, "orig", error)).split())
