"""A rater's way through the store: a pair, an answer, a receipt; on SQLite and on PostgreSQL."""

import dataclasses
import json
import random
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from annotations.pairing import shown_hash
from annotations.store import Store
from annotations.views import RAW, Rendering, Written
from core.errors import BadInput, SettingsError, StoreError
from core.records import Answer, Criterion, Finish, Photo
from tests.store_helpers import BOTH, SYSTEMS, Clock, filled, fresh_address, make_run, story, transcript

SIDES = ("left", "right")


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh_address(request.param, tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(address: str, clock: Clock) -> Generator[Store]:
    opened = Store.open(address, clock, random.Random(7))
    yield opened
    opened.close()


def written(system: str, text: str = "Speaker 1: Well, hello there.\n\nSpeaker 2: Hi! (laughs)") -> Written:
    return Written(system, system.upper(), text, "print", "podcast-1", finish=Finish.END, seconds=4.5, note="A note.")


def compared(store: Store, rater: str = "ann", **changes: object) -> str:
    settings: dict[str, object] = {"shown_hash": "0" * 64, "rendering": "canonical-1", **changes}
    return store.open_comparison(rater, written("one"), written("two"), **settings)  # pyright: ignore[reportArgumentType]  # mixed


def test_there_is_always_a_campaign_of_each_kind(store: Store) -> None:
    assert {campaign.slug: campaign.kind for campaign in store.campaigns()} == {
        "benchmark": "benchmark",
        "gallery": "benchmark",
        "samples": "samples",
        "own-photos": "own_photos",
    }
    store.check()


def test_reloading_gives_the_same_trial_with_the_same_sides(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    first = store.next_trial("benchmark", "ann")
    assert first is not None
    assert [store.next_trial("benchmark", "ann") for _ in range(3)] == [first] * 3
    assert (first.done, first.remaining) == (0, 3)


def test_a_trial_tells_nothing_of_the_systems(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    trial = store.next_trial("benchmark", "ann")
    told = json.dumps(dataclasses.asdict(trial) if trial else None, default=str)
    for telling in (*SYSTEMS, "print-of", "podcast-1", "12.5", "transcript-", "pair-"):
        assert telling not in told
    assert trial is not None and re.fullmatch(r"trial-[\w-]{22}", trial.trial_id)


def test_photos_come_with_credits_and_captions_only_where_asked(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    there, missing = trial.photos
    assert there.path is not None and Path(there.path).read_bytes() == b"photo"
    assert (there.caption, there.credit, missing.path) == (None, "A. N. Other", None)
    store.set_campaign("benchmark", show_captions=True)
    again = store.next_trial("benchmark", "ann")
    assert again is not None and again.photos[0].caption == "A boat."


def test_a_pair_of_one_story_can_be_asked_for(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=4)
    asked = [store.next_trial("benchmark", "ann", story_id=f"made-{number}") for number in (2, 0)]
    assert [trial.title for trial in asked if trial] == ["Story 2", "Story 0"]
    assert [trial.remaining for trial in asked if trial] == [4, 4]
    assert store.next_trial("benchmark", "ann", story_id="made-2") == asked[0]
    assert store.next_trial("benchmark", "ann", story_id="made-9") is None
    assert asked[0] is not None
    store.answer(asked[0].trial_id, "ann", Answer.LEFT)
    assert store.next_trial("benchmark", "ann", story_id="made-2") is None


def test_a_trials_photo_is_found_by_the_trial_alone(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=1)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    photo = store.trial_photo(trial.trial_id, 1)
    assert photo is not None and photo.read_bytes() == b"photo"
    assert [store.trial_photo(trial.trial_id, 2), store.trial_photo(trial.trial_id, 3)] == [None, None]
    assert store.trial_photo("trial-none", 1) is None
    photo.unlink()
    assert store.trial_photo(trial.trial_id, 1) is None


def test_a_rater_gets_every_pair_once_and_then_none(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=4)
    seen: list[str] = []
    while (trial := store.next_trial("benchmark", "ann")) is not None:
        assert trial.remaining == 4 - len(seen)
        seen.append(trial.left_text.split("boat ")[1][0])
        store.answer(trial.trial_id, "ann", Answer.SKIP if len(seen) == 2 else Answer.TIE)
    assert sorted(seen) == ["0", "1", "2", "3"]
    progress = store.progress("benchmark", "ann")
    assert (progress.done, progress.skipped, progress.remaining, progress.votes, progress.pairs) == (3, 1, 0, 3, 4)


def test_a_campaign_may_ask_for_repeats(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=2)
    store.set_campaign("benchmark", repeats=1)
    stories: list[str | None] = []
    while (trial := store.next_trial("benchmark", "ann")) is not None:
        stories.append(trial.title)
        store.answer(trial.trial_id, "ann", Answer.LEFT)
    assert len(stories) == 4 and set(stories[:2]) == set(stories[2:]) == {"Story 0", "Story 1"}
    assert sorted(vote.repeat_no for vote in store.snapshot().votes) == [1, 1, 2, 2]


@pytest.mark.parametrize("side", SIDES)
def test_a_side_is_stored_as_the_transcript_that_stood_there(store: Store, tmp_path: Path, side: str) -> None:
    filled(store, tmp_path, stories=8)
    for _ in range(8):
        trial = store.next_trial("benchmark", "ann")
        assert trial is not None
        chosen = trial.left_text if side == "left" else trial.right_text
        store.answer(trial.trial_id, "ann", Answer(side))
        (vote,) = (vote for vote in store.snapshot().votes if vote.trial_id == trial.trial_id)
        assert chosen == (vote.pair.text_a if vote.choice == "a" else vote.pair.text_b)
        assert (vote.choice == vote.left) == (side == "left")
    assert {vote.left for vote in store.snapshot().votes} == {"a", "b"}


@pytest.mark.parametrize("second", [Answer.RIGHT, Answer.TIE, Answer.SKIP])
@pytest.mark.parametrize("first", [Answer.LEFT, Answer.BOTH_BAD, Answer.SKIP])
def test_the_first_answer_stands(store: Store, tmp_path: Path, first: Answer, second: Answer) -> None:
    filled(store, tmp_path, stories=1)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    once = store.answer(trial.trial_id, "ann", first, reason="first")
    twice = store.answer(trial.trial_id, "ann", second, reason="second")
    assert (once.answer, once.already, twice.answer, twice.already) == (first, False, first, True)
    votes = store.snapshot().votes
    assert [vote.reason for vote in votes] == ([] if first is Answer.SKIP else ["first"])
    assert once.done == twice.done == len(votes)


def test_finer_answers_and_a_reason_go_with_the_vote(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=1)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    finer = {Criterion.REACTION: Answer.LEFT, Criterion.PHRASING: Answer.BOTH_BAD, Criterion.PERSONALITY: Answer.SKIP}
    store.answer(trial.trial_id, "ann", Answer.TIE, reason=" a\x00b\x1b[31m\nc\ud800 " + "x" * 3000, criteria=finer)
    (vote,) = store.snapshot().votes
    assert vote.criteria == {Criterion.REACTION: vote.left, Criterion.PHRASING: "both_bad"}
    assert vote.reason is not None and vote.reason.startswith("a b [31m\nc  xxx") and len(vote.reason) == 2000


def test_answers_that_cannot_be_are_refused(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=1)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    with pytest.raises(BadInput, match="bogus"):
        store.answer(trial.trial_id, "ann", "bogus")  # pyright: ignore[reportArgumentType]  # what a browser may send
    store.set_campaign("benchmark", criteria=("reaction",))
    with pytest.raises(BadInput, match="'phrasing' is not asked"):
        store.answer(trial.trial_id, "ann", Answer.LEFT, criteria={Criterion.PHRASING: Answer.LEFT})
    assert store.snapshot().votes == ()


def test_another_raters_trial_and_an_unknown_one_are_told_alike(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=1)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    lines: set[str] = set()
    for trial_id, rater in ((trial.trial_id, "bob"), ("trial-none", "ann")):
        with pytest.raises(StoreError) as told:
            store.answer(trial_id, rater, Answer.LEFT)
        lines.add(str(told.value))
    assert len(lines) == 1 and "not open for you" in lines.pop()
    assert store.snapshot().votes == ()


def test_an_expired_trial_frees_its_pair_and_takes_no_vote(store: Store, tmp_path: Path, clock: Clock) -> None:
    filled(store, tmp_path, stories=1)
    first = store.next_trial("benchmark", "ann")
    assert first is not None
    clock.move(hours=2, seconds=1)
    with pytest.raises(StoreError, match="Time ran out"):
        store.answer(first.trial_id, "ann", Answer.LEFT)
    assert store.snapshot().votes == () and store.snapshot().trials == {"expired": 1}
    assert store.progress("benchmark", "ann").remaining == 1
    again = store.next_trial("benchmark", "ann")
    assert again == first
    store.answer(first.trial_id, "ann", Answer.LEFT)
    assert store.progress("benchmark", "ann").done == 1


def test_raters_at_one_moment_are_spread_over_the_pairs(store: Store, tmp_path: Path, clock: Clock) -> None:
    filled(store, tmp_path, stories=5)
    trials = [store.next_trial("benchmark", f"rater-{number}") for number in range(5)]
    assert len({trial.title for trial in trials if trial}) == 5
    clock.move(hours=3)
    later = [store.next_trial("benchmark", f"late-{number}") for number in range(5)]
    assert len({trial.title for trial in later if trial}) == 5
    assert store.snapshot().trials == {"expired": 5, "open": 5}


def test_fewest_votes_first_keeps_the_counts_together(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=6)
    rng = random.Random(3)
    for rater in range(20):
        for _ in range(rng.randint(1, 4)):
            trial = store.next_trial("benchmark", f"rater-{rater}")
            assert trial is not None
            store.answer(trial.trial_id, f"rater-{rater}", Answer.TIE)
        counts = [0] * 6
        for vote in store.snapshot().votes:
            counts[int(vote.pair.story_id[-1])] += 1
        assert max(counts) - min(counts) <= 1


def test_no_pair_is_handed_out_past_the_votes_wanted(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=2)
    store.set_campaign("benchmark", votes_wanted=1)
    for rater in ("ann", "bob"):
        trial = store.next_trial("benchmark", rater)
        assert trial is not None
        store.answer(trial.trial_id, rater, Answer.LEFT)
    assert store.next_trial("benchmark", "cal") is None
    assert store.next_trial("benchmark", "ann") is None


def test_limits_refuse_with_a_friendly_line(store: Store, tmp_path: Path, clock: Clock) -> None:
    filled(store, tmp_path, stories=4)
    store.set_campaign("benchmark", limit_per_rater=2, limit_per_address=3)

    def vote(rater: str) -> None:
        trial = store.next_trial("benchmark", rater, address_hash="office")
        assert trial is not None
        store.answer(trial.trial_id, rater, Answer.LEFT)

    vote("ann")
    assert store.progress("benchmark", "ann").remaining == 1
    vote("ann")
    with pytest.raises(StoreError, match=r"all 2 votes .* Thank you"):
        vote("ann")
    vote("bob")
    with pytest.raises(StoreError, match="come back tomorrow"):
        vote("bob")
    assert store.next_trial("benchmark", "bob", address_hash="home") is not None
    clock.move(hours=25)
    vote("bob")


def test_a_closed_campaign_takes_no_votes(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None
    assert store.set_campaign("benchmark", is_open=False).is_open is False
    with pytest.raises(StoreError, match="is closed"):
        store.next_trial("benchmark", "bob")
    with pytest.raises(StoreError, match="too late"):
        store.answer(trial.trial_id, "ann", Answer.LEFT)
    store.set_campaign("benchmark", is_open=True)
    assert store.answer(trial.trial_id, "ann", Answer.LEFT).already is False


def test_the_reveal_comes_only_after_a_vote_and_only_where_asked(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path)
    store.add_system("small-tuned", "Small fine-tuned", "Sees shapes.")
    for reveal, answer, told in ((False, Answer.LEFT, False), (True, Answer.SKIP, False), (True, Answer.LEFT, True)):
        store.set_campaign("benchmark", reveal=reveal)
        trial = store.next_trial("benchmark", "ann")
        assert trial is not None
        receipt = store.answer(trial.trial_id, "ann", answer)
        assert (receipt.reveal is not None) == told
        if receipt.reveal:
            sides = {side.system_id: side for side in (receipt.reveal.left, receipt.reveal.right)}
            assert sides["small-tuned"].label == "Small fine-tuned" and sides["small-tuned"].seconds == 12.5
            assert f"{len(receipt.reveal.left.system_id)} sails" in trial.left_text
            assert store.answer(trial.trial_id, "ann", Answer.TIE).reveal == receipt.reveal


def test_what_was_shown_is_named_by_rendering_and_hash(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path, stories=1)
    upper = Rendering("upper-1", str.upper)
    trial = store.next_trial("benchmark", "ann", rendering=upper)
    assert trial is not None and not trial.left_text.isupper()
    store.answer(trial.trial_id, "ann", Answer.LEFT)
    (vote,) = store.snapshot().votes
    assert vote.rendering == "upper-1"
    assert vote.shown_hash == shown_hash(trial.left_text, trial.right_text, upper)
    assert vote.shown_hash != shown_hash(trial.left_text, trial.right_text, RAW)


def test_a_comparison_on_ones_own_photos_keeps_measures_and_no_words(
    store: Store, address: str, tmp_path: Path
) -> None:
    trial_id = compared(store)
    receipt = store.answer(trial_id, "ann", Answer.LEFT, reason="My aunt laughs.")
    assert receipt.reveal is not None and receipt.reveal.left.system_id == "one"
    assert (receipt.reveal.left.label, receipt.reveal.left.words, receipt.reveal.left.turns) == ("ONE", 4, 2)
    snapshot = store.snapshot()
    assert [(pair.campaign, pair.shareable, pair.text_a, pair.text_b) for pair in snapshot.pairs] == [
        ("own-photos", False, None, None)
    ]
    assert (snapshot.votes[0].choice, snapshot.votes[0].left, snapshot.votes[0].reason) == ("a", "a", None)
    assert store.next_trial("own-photos", "bob") is None
    assert store.progress("benchmark", "ann").votes == 0
    if address.startswith("sqlite"):
        store.close()
        assert not any(b"hello there" in file.read_bytes() for file in tmp_path.iterdir())


def test_text_and_photos_are_kept_where_the_visitor_agreed(store: Store) -> None:
    photos = (Photo(1, "/kept/1.jpg"),)
    trial_id = compared(store, keep_text=True, keep_photos=photos, title="A walk")
    store.answer(trial_id, "ann", Answer.RIGHT)
    (vote,) = store.snapshot().votes
    assert (vote.choice, vote.left, vote.pair.story_title) == ("b", "a", "A walk")
    assert vote.pair.story_id.startswith("upload-")


def test_comparisons_stay_apart_from_prepared_pairs(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not for one's own photos"):
        compared(store, campaign="benchmark")
    with pytest.raises(BadInput, match="no words"):
        store.open_comparison("ann", written("one"), written("two", ""), shown_hash="", rendering="")
    with pytest.raises(BadInput, match="visitors' own photos"):
        store.load_run(make_run(tmp_path), "own-photos")
    assert store.snapshot().pairs == ()


def test_two_sides_of_one_system_can_be_compared(store: Store) -> None:
    trial_id = store.open_comparison("ann", written("one"), written("one"), shown_hash="0", rendering="canonical-1")
    assert store.answer(trial_id, "ann", Answer.LEFT).answer is Answer.LEFT


def test_campaigns_are_set_by_name_and_checked(store: Store) -> None:
    view = store.add_campaign("pilot", title="Pilot", repeats=1, criteria=("reaction",))
    assert (view.title, view.repeats, view.criteria, view.kind) == ("Pilot", 1, (Criterion.REACTION,), "benchmark")
    for wrong in ({"reveall": True}, {"repeats": -1}, {"kind": "samples"}, {"criteria": ("beauty",)}, {"wording": ""}):
        with pytest.raises(BadInput, match=next(iter(wrong))):
            store.set_campaign("pilot", **wrong)
    assert store.campaign("pilot") == view
    with pytest.raises(BadInput, match="already"):
        store.add_campaign("pilot")
    known = "benchmark, gallery, own-photos, pilot"
    with pytest.raises(StoreError, match=rf"no campaign is called 'pilt'; there are: {known}"):
        store.progress("pilt", "ann")


def test_a_pair_can_be_made_by_hand(store: Store) -> None:
    store.add_story(story(1))
    for system in SYSTEMS:
        store.add_system(system)
        store.add_transcript(transcript(1, system))
        store.add_transcript(transcript(1, system))
    ids = [transcript(1, system).id for system in SYSTEMS]
    assert store.add_pair("samples", *ids) == store.add_pair("samples", *reversed(ids))
    assert store.campaign("samples").pairs == 1
    with pytest.raises(StoreError, match="other words"):
        store.add_transcript(transcript(1, SYSTEMS[0], text="Speaker 1: Other."))
    with pytest.raises(StoreError, match="refused"):
        store.add_transcript(transcript(2, SYSTEMS[0]))


def test_a_rater_has_an_id(store: Store) -> None:
    for wrong in ("", "x" * 81):
        with pytest.raises(BadInput, match="rater's id"):
            store.next_trial("benchmark", wrong)


@pytest.mark.parametrize("wrong", ["sqlite://", "sqlite:///:memory:", "mysql://user:secret@host/name", "nonsense"])
def test_an_address_that_cannot_keep_votes_is_refused(wrong: str) -> None:
    with pytest.raises(SettingsError) as told:
        Store.open(wrong)
    assert "\n" not in str(told.value) and "secret" not in str(told.value)


def test_a_server_that_does_not_answer_is_one_line_without_the_password() -> None:
    with pytest.raises(StoreError) as told:
        Store.open("postgresql://votes:secret@127.0.0.1:1/votes")
    assert "\n" not in str(told.value) and "secret" not in str(told.value)


def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/deep/er/votes.sqlite")
    with store._engine.connect() as connection:  # pyright: ignore[reportPrivateUsage]  # no other way to ask
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    store.close()
    assert found == ["wal", 2, 1, 10_000]
