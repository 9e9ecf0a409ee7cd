"""Votes as files: letters that mean one system, pseudonyms, nothing unshareable, nothing a spreadsheet would run."""

import csv
import random
from collections.abc import Generator
from pathlib import Path

import pytest

from annotations.export import export, guarded, pseudonym
from annotations.store import Store
from annotations.views import Written
from core.errors import BadInput
from core.records import Answer, Criterion
from tests.store_helpers import BOTH, Clock, FakeRun, filled, fresh_address, make_run, story, transcript


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Store]:
    opened = Store.open(fresh_address(request.param, tmp_path), Clock(), random.Random(9))
    yield opened
    opened.close()


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def vote(store: Store, rater: str, system: str, campaign: str = "benchmark", **more: object) -> None:
    """For the side of this system, whose texts end in the length of its name; or a tie, and so on."""
    trial = store.next_trial(campaign, rater)
    assert trial is not None
    said = f"{len(system)} sails"
    sides = {said in trial.left_text: Answer.LEFT, said in trial.right_text: Answer.RIGHT}
    answer = sides[True] if True in sides else Answer(system)
    store.answer(trial.trial_id, rater, answer, **more)  # pyright: ignore[reportArgumentType]  # passed through


def test_a_letter_means_one_system_throughout(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path / "run", stories=6)
    for rater, system in (("ann", "large-base"), ("bob", "small-tuned"), ("cal", "tie")):
        for _ in range(6):
            vote(store, rater, system)
    report = export(store, tmp_path / "out")
    assert (report.votes, report.pairs, report.raters, report.withheld) == (18, 6, 3, 0)
    rows = read(tmp_path / "out/votes.csv")
    chosen: dict[str, set[str]] = {}
    for row in rows:
        chosen.setdefault(row["rater"], set()).add(row["choice"])
    assert chosen == {pseudonym("ann"): {"a"}, pseudonym("bob"): {"b"}, pseudonym("cal"): {"tie"}}
    assert {(row["system_a"], row["system_b"]) for row in rows} == {("large-base", "small-tuned")}
    assert {row["left"] for row in rows} == {"a", "b"}
    assert all(row["transcript_a"].endswith("large-base") for row in rows)
    assert {row["opened_at"] for row in rows} == {"2026-03-01T12:00:00.000+00:00"}


def test_the_matrix_is_what_agreement_reads(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path / "run", stories=3)
    store.set_campaign("benchmark", repeats=1)
    for _ in range(3):
        vote(store, "ann", "large-base")
    for _ in range(3):
        vote(store, "ann", "small-tuned")
    vote(store, "bob", "both_bad")
    export(store, tmp_path / "out")
    rows = read(tmp_path / "out/matrix-benchmark.csv")
    ann, bob = pseudonym("ann"), pseudonym("bob")
    assert [set(row) for row in rows] == [{"item", ann, bob}] * 3
    assert [row[ann] for row in rows] == ["a", "a", "a"]
    assert sorted(row[bob] for row in rows) == ["", "", "both_bad"]
    assert {row["item"] for row in rows} == {pair.pair_id for pair in store.snapshot().pairs}
    assert sorted({row["repeat_no"] for row in read(tmp_path / "out/votes.csv")}) == ["1", "2"]


def test_finer_answers_and_reasons_stand_beside_the_vote(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path / "run", stories=1)
    vote(store, "ann", "tie", reason="=HYPERLINK(1)\n, twice", criteria={Criterion.REACTION: Answer.BOTH_BAD})
    export(store, tmp_path / "out")
    (row,) = read(tmp_path / "out/votes.csv")
    assert (row["reaction"], row["phrasing"], row["reason"]) == ("both_bad", "", "'=HYPERLINK(1)\n, twice")
    (pair,) = read(tmp_path / "out/pairs.csv")
    assert [pair[f"votes_{choice}"] for choice in ("a", "b", "tie", "both_bad")] == ["0", "0", "1", "0"]
    assert pair["text_a"].startswith("Speaker 1: Look, boat 0.") and pair["shareable"] == "yes"


def test_what_may_not_be_shared_stays_out(store: Store, tmp_path: Path) -> None:
    store.add_campaign("inside", public=False)
    run = make_run(tmp_path / "run", stories=1)
    store.load_run(FakeRun(run.path, [story(0, shareable=False)], run.written), "inside")
    vote(store, "ann", "tie", "inside", reason="The boat with sails!")
    side = Written("one", "One", "Speaker 1: My aunt sails.", "print", "podcast-1")
    trial = store.open_comparison("ann", side, side, shown_hash="0", rendering="r", keep_text=True, title="My aunt")
    store.answer(trial, "ann", Answer.TIE, reason="My aunt!")
    report = export(store, tmp_path / "out")
    assert (report.votes, report.withheld) == (2, 2)
    assert sorted(file.name for file in report.files) == ["matrix-inside.csv", "pairs.csv", "votes.csv"]
    for file in report.files:
        written = file.read_text()
        assert "sails" not in written and "aunt" not in written and "Story 0" not in written
    assert len(read(tmp_path / "out/votes.csv")) == 2


def test_raters_carry_pseudonyms(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path / "run", stories=1)
    vote(store, "0123456789abcdef0123456789abcdef", "tie")
    export(store, tmp_path / "out")
    assert not any("0123456789abcdef" in file.read_text() for file in (tmp_path / "out").iterdir())


def test_exporting_twice_writes_the_same_and_leaves_no_drafts(store: Store, tmp_path: Path) -> None:
    filled(store, tmp_path / "run")
    vote(store, "ann", "tie")
    first = {file.name: file.read_bytes() for file in export(store, tmp_path / "out").files}
    export(store, tmp_path / "out")
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == first


def test_an_empty_store_exports_headers(store: Store, tmp_path: Path) -> None:
    report = export(store, tmp_path / "out")
    assert [file.name for file in report.files] == ["votes.csv", "pairs.csv"]
    assert (tmp_path / "out/votes.csv").read_text().startswith("campaign,story,pair,transcript_a")


def test_a_folder_that_cannot_be_written_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        export(store, tmp_path / "file")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_a_cell_that_would_run_is_quoted(cell: str) -> None:
    assert guarded(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "a=b", "Speaker 1: -", "1-2"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell


def test_transcripts_in_the_export_are_guarded_too(store: Store, tmp_path: Path) -> None:
    odd = transcript(0, "one", text="=cmd()\nSpeaker 1: Hi.")
    store.load_run(FakeRun(tmp_path, [story(0)], [odd, transcript(0, "two")]))
    export(store, tmp_path / "out")
    assert read(tmp_path / "out/pairs.csv")[0]["text_a"].startswith("'=cmd()")
