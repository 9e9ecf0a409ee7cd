"""Run folders brought into the database: twice is once, failures make no pairs, the latest transcript counts."""

from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from annotations.engine import parse_url
from annotations.store import Store
from annotations.tables import METADATA
from core.errors import BadInput, StoreError
from core.records import Answer, Photo, Story
from core.runs import Run
from core.sources.release import import_release
from tests.store_helpers import BOTH, FakeRun, failed, fresh_address, make_run, story, transcript


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_address(request.param, tmp_path)


@pytest.fixture
def store(address: str) -> Generator[Store]:
    opened = Store.open(address)
    yield opened
    opened.close()


def dump(address: str) -> dict[str, list[str]]:
    engine = create_engine(parse_url(address))
    with engine.connect() as connection:
        rows = {name: sorted(map(str, connection.execute(text(f"SELECT * FROM {name}")))) for name in METADATA.tables}
    engine.dispose()
    return rows


def test_loading_twice_changes_nothing(store: Store, address: str, tmp_path: Path) -> None:
    run = make_run(tmp_path, stories=3, systems=("one", "two", "three"))
    first = store.load_run(run, labels={"one": "System one"})
    before = dump(address)
    assert (first.stories, first.transcripts, first.pairs) == (3, 9, 9)
    assert first.added == {
        "campaign_pairs": 9,
        "pair_transcripts": 18,
        "pairs": 9,
        "photos": 6,
        "stories": 3,
        "systems": 3,
        "transcripts": 9,
    }
    assert (first.failures, first.not_shareable, first.retired, first.changed, first.missing_photos) == (0, 0, 0, 0, 3)
    second = store.load_run(run)
    assert (second.added, second.changed, second.retired) == ({}, 0, 0)
    assert dump(address) == before


def test_loading_again_leaves_votes_and_open_trials_alone(store: Store, address: str, tmp_path: Path) -> None:
    run = make_run(tmp_path)
    store.load_run(run)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    store.answer(trial.trial_id, "ann", Answer.LEFT)
    current = store.next_trial("benchmark", "ann")
    before = dump(address)
    store.load_run(run)
    assert dump(address) == before
    assert store.next_trial("benchmark", "ann") == current


def test_failures_and_wordless_transcripts_make_no_pairs(store: Store, tmp_path: Path) -> None:
    written = [
        *(transcript(0, "one"), failed(0, "two")),
        *(transcript(1, "one"), transcript(1, "two", text=" \n")),
        *(transcript(2, "one"), transcript(2, "two"), failed(2, "three")),
        transcript(3, "one"),
    ]
    report = store.load_run(FakeRun(tmp_path, [story(number) for number in range(5)], written))
    assert (report.pairs, report.failures, report.transcripts) == (1, 3, 8)
    assert [pair.story_id for pair in store.snapshot().pairs] == ["made-2"]


def test_the_latest_transcript_of_a_system_counts(store: Store, tmp_path: Path) -> None:
    old = [transcript(0, "one"), transcript(0, "two")]
    store.load_run(FakeRun(tmp_path, [story(0)], old))
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    new = transcript(0, "one", id="transcript-new", text="Speaker 1: Anew.", fingerprint="retrained", attempt=2)
    report = store.load_run(FakeRun(tmp_path, [story(0)], [*old, new]))
    assert (report.pairs, report.retired, report.added["pairs"]) == (1, 1, 1)
    assert store.campaign("benchmark").pairs == 1
    store.answer(trial.trial_id, "ann", Answer.LEFT)
    later = store.next_trial("benchmark", "ann")
    assert later is not None and "Anew" in later.left_text + later.right_text
    assert [
        (pair.active, "transcript-new" in (pair.transcript_a, pair.transcript_b))
        for pair in sorted(store.snapshot().pairs, key=lambda pair: pair.active)
    ] == [(False, False), (True, True)]
    assert len(store.snapshot().votes) == 1


def test_a_retry_that_failed_takes_the_pair_back(store: Store, tmp_path: Path) -> None:
    old = [transcript(0, "one"), transcript(0, "two")]
    store.load_run(FakeRun(tmp_path, [story(0)], old))
    report = store.load_run(FakeRun(tmp_path, [story(0)], [*old, failed(0, "one", id="transcript-worse", attempt=2)]))
    assert (report.pairs, report.retired, report.failures) == (0, 1, 1)
    assert store.next_trial("benchmark", "ann") is None


def test_what_may_not_be_shared_stays_out_of_public_campaigns(store: Store, tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.told = [story(0), story(1, shareable=False), story(2)]
    report = store.load_run(run)
    assert (report.pairs, report.not_shareable) == (2, 1)
    store.add_campaign("inside", public=False)
    inside = store.load_run(run, "inside")
    assert (inside.pairs, inside.not_shareable, inside.added) == (
        3,
        0,
        {"campaign_pairs": 3, "pair_transcripts": 2, "pairs": 1},
    )
    with pytest.raises(BadInput, match="may not be shared"):
        store.add_pair("benchmark", transcript(1, "small-tuned").id, transcript(1, "large-base").id)


def test_a_story_that_may_no_longer_be_shared_is_withdrawn(store: Store, tmp_path: Path) -> None:
    run = make_run(tmp_path, stories=1)
    store.load_run(run)
    run.told = [story(0, shareable=False)]
    report = store.load_run(run)
    assert (report.not_shareable, report.retired, report.changed) == (1, 1, 1)
    assert store.next_trial("benchmark", "ann") is None


def test_photos_are_found_where_the_run_lies_now(store: Store, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", stories=1)
    store.load_run(run)
    run.path = (tmp_path / "run").rename(tmp_path / "moved")
    assert store.load_run(run).changed == 1
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None and trial.photos[0].path == str(tmp_path / "moved/photos/0-1.jpg")


def test_a_photo_outside_the_run_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    run = FakeRun(tmp_path / "run", [Story("made-0", "made", (Photo(1, "../secret"),))], [])
    with pytest.raises(BadInput, match="photo 1 of story made-0 lies outside"):
        store.load_run(run)


def test_changed_words_under_an_old_id_are_refused_whole(store: Store, address: str, tmp_path: Path) -> None:
    run = make_run(tmp_path)
    store.load_run(run)
    before = dump(address)
    run.written = [*run.written[:-1], transcript(2, "large-base", text="Speaker 1: Not what was voted on.")]
    with pytest.raises(StoreError, match="other words"):
        store.load_run(run)
    assert dump(address) == before


def test_a_transcript_without_its_story_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'made-1', which the run does not have"):
        store.load_run(FakeRun(tmp_path, [story(0)], [transcript(1, "one")]))


def test_an_unknown_campaign_is_named_with_the_known_ones(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no campaign is called 'typo'; there are: benchmark"):
        store.load_run(make_run(tmp_path), "typo")
    assert store.snapshot().pairs == ()


def test_labels_reach_the_reveal_and_an_id_never_replaces_one(store: Store, tmp_path: Path) -> None:
    run = make_run(tmp_path, stories=1)
    store.load_run(run, labels={"small-tuned": "Small fine-tuned"})
    store.load_run(run)
    (pair,) = store.snapshot().pairs
    assert (pair.label_a, pair.label_b) == ("large-base", "Small fine-tuned")


def test_the_papers_release_is_loaded_and_twice_is_once(
    store: Store, address: str, release: Path, tmp_path: Path
) -> None:
    import_release(release, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    report = store.load_run(run)
    assert report.stories == report.pairs == len(run.stories()) > 0
    assert (report.transcripts, report.failures, report.not_shareable) == (2 * report.stories, 0, 0)
    assert report.missing_photos == sum(photo.file is None for story in run.stories() for photo in story.photos)
    before = dump(address)
    assert store.load_run(run).added == {}
    assert dump(address) == before
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None and min(len(trial.left_text), len(trial.right_text)) > 1000
    store.answer(trial.trial_id, "ann", Answer.LEFT)
    (vote,) = store.snapshot().votes
    assert {vote.pair.system_a, vote.pair.system_b} == {"paper-235b", "paper-32b-tuned"}


def test_words_that_a_database_cannot_keep_are_replaced(store: Store, tmp_path: Path) -> None:
    odd = transcript(0, "one", text="Speaker 1: a\0b \ud83d c 😀 é")
    store.load_run(FakeRun(tmp_path, [story(0)], [odd, transcript(0, "two")]))
    assert store.load_run(FakeRun(tmp_path, [story(0)], [odd, transcript(0, "two")])).added == {}
    (pair,) = store.snapshot().pairs
    assert pair.text_a == "Speaker 1: a\ufffdb \ufffd c 😀 é"
