"""python -m annotations, as an operator types it."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.__main__ import main
from annotations.store import Store
from core.records import Answer
from core.runs import Run
from tests.conftest import ROOT
from tests.store_helpers import make_run

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command on a data folder of its own: exit code, standard output, standard error."""
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*words: object) -> tuple[int, str, str]:
        code = main(["--data", str(tmp_path / "data"), *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    made = make_run(tmp_path / "photos-for-run", stories=2)
    run = Run.create(tmp_path / "run", {"systems": {"small-tuned": "Small fine-tuned"}})
    (made.path / "photos").rename(run.path / "photos")
    for story in made.told:
        run.append_story(story)
    for transcript in made.written:
        run.append_transcript(transcript)
    return run.path


def opened(tmp_path: Path) -> Store:
    return Store.open(f"sqlite:///{tmp_path}/data/sporc-vist.sqlite")


def give_votes(tmp_path: Path, rater: str = "ann") -> int:
    store = opened(tmp_path)
    while (trial := store.next_trial("benchmark", rater)) is not None:
        store.answer(trial.trial_id, rater, Answer.LEFT)
    count = len(store.snapshot().votes)
    store.close()
    return count


def test_load_says_what_came_in_and_twice_changes_nothing(command: Command, run_folder: Path, tmp_path: Path) -> None:
    code, out, err = command("load", run_folder)
    assert (code, err) == (0, "")
    assert "2 stories, 4 transcripts, 2 pairs in campaign 'benchmark'" in out and "2 photos are missing" in out
    code, out, _ = command("load", run_folder, "--json")
    report = json.loads(out)
    assert code == 0 and (report["pairs"], report["added"], report["changed"], report["retired"]) == (2, {}, 0, 0)
    store = opened(tmp_path)
    assert {pair.label_b for pair in store.snapshot().pairs} == {"Small fine-tuned"}
    trial = store.next_trial("benchmark", "ann")
    assert trial is not None and trial.photos[0].path is not None and Path(trial.photos[0].path).is_file()
    store.close()


def test_load_into_another_campaign(command: Command, run_folder: Path, tmp_path: Path) -> None:
    code, out, err = command("load", run_folder, "--campaign", "pilot")
    assert (code, out) == (
        1,
        "",
    ) and err == "no campaign is called 'pilot'; there are: benchmark, gallery, own-photos, samples\n"
    assert command("load", run_folder, "--campaign", "pilot", "--create", "--private")[0] == 0
    store = opened(tmp_path)
    assert (store.campaign("pilot").pairs, store.campaign("pilot").public, store.campaign("benchmark").pairs) == (
        2,
        False,
        0,
    )
    store.close()


def test_labels_can_come_from_models_yaml(command: Command, run_folder: Path, tmp_path: Path) -> None:
    models = tmp_path / "models.yaml"
    models.write_text(
        "systems:\n"
        "  - {id: small-tuned, label: From the file, kind: local, model: untrained}\n"
        "  - {id: large-base, kind: local, model: untrained}\n"
    )
    assert command("load", run_folder, "--models", models)[0] == 0
    store = opened(tmp_path)
    assert {pair.label_b for pair in store.snapshot().pairs} == {"From the file"}
    store.close()


@pytest.mark.parametrize("words", [("load", "nowhere"), ("load", "nowhere", "--json"), ("restore", "nowhere", "--yes")])
def test_bad_input_is_one_line_and_code_two(command: Command, words: tuple[str, ...]) -> None:
    code, out, err = command(*words)
    assert (code, out, err.count("\n")) == (2, "", 1) and "nowhere" in err


@pytest.mark.parametrize("words", [(), ("fly",), ("export",), ("load", "a", "b")])
def test_wrong_usage_is_code_two(command: Command, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command(*words)
    assert stopped.value.code == 2


def test_the_database_can_be_named_before_or_after_the_command(run_folder: Path, tmp_path: Path) -> None:
    for number, words in enumerate((["--database", "URL", "load", "RUN"], ["load", "RUN", "--database", "URL"])):
        url = f"sqlite:///{tmp_path}/named-{number}.sqlite"
        assert main([{"URL": url, "RUN": str(run_folder)}.get(word, word) for word in words]) == 0
        store = Store.open(url)
        assert store.campaign("benchmark").pairs == 2
        store.close()


def test_export_names_its_files(command: Command, run_folder: Path, tmp_path: Path) -> None:
    command("load", run_folder)
    give_votes(tmp_path)
    code, out, _ = command("export", "--out", tmp_path / "out")
    assert code == 0 and out.startswith("2 votes of 1 raters on 2 pairs; 0 without their text\n")
    assert {Path(line).name for line in out.splitlines()[1:]} == {"votes.csv", "pairs.csv", "matrix-benchmark.csv"}
    assert all(Path(line).is_file() for line in out.splitlines()[1:])


def test_a_backup_brings_the_votes_back(command: Command, run_folder: Path, tmp_path: Path) -> None:
    command("load", run_folder)
    assert give_votes(tmp_path) == 2
    code, out, _ = command("backup")
    backup = Path(out.strip())
    assert code == 0 and backup.parent == tmp_path / "data"
    assert give_votes(tmp_path, "bob") == 4
    code, out, err = command("restore", backup, "--yes")
    assert (code, err) == (0, "")
    aside = Path(out.strip().split("the old database is ")[1])
    assert give_votes(tmp_path, "cal") == 4
    kept = Store.open(f"sqlite:///{aside}")
    assert {vote.rater for vote in kept.snapshot().votes} == {"ann", "bob"}
    kept.close()
    restored = opened(tmp_path)
    assert {vote.rater for vote in restored.snapshot().votes} == {"ann", "cal"}
    restored.close()


def test_a_backup_can_be_made_while_the_app_runs(command: Command, run_folder: Path, tmp_path: Path) -> None:
    command("load", run_folder)
    app = opened(tmp_path)
    trial = app.next_trial("benchmark", "ann")
    assert trial is not None
    app.answer(trial.trial_id, "ann", Answer.TIE)
    file = tmp_path / "deep/backup.sqlite"
    assert command("backup", "--out", file)[0] == 0
    app.close()
    copy = Store.open(f"sqlite:///{file}")
    assert [vote.choice for vote in copy.snapshot().votes] == ["tie"]
    copy.close()
    code, _, err = command("backup", "--out", file)
    assert code == 2 and "is there already" in err


def test_restore_is_refused_while_the_app_runs(command: Command, run_folder: Path, tmp_path: Path) -> None:
    command("load", run_folder)
    backup = Path(command("backup")[1].strip())
    app = opened(tmp_path)
    app.check()
    code, _, err = command("restore", backup, "--yes")
    assert code == 1 and "stop the app first" in err
    trial = app.next_trial("benchmark", "ann")
    assert trial is not None and app.answer(trial.trial_id, "ann", Answer.LEFT).done == 1
    app.close()


def test_a_damaged_database_can_be_replaced(command: Command, run_folder: Path, tmp_path: Path) -> None:
    command("load", run_folder)
    give_votes(tmp_path)
    backup = Path(command("backup")[1].strip())
    database = tmp_path / "data/sporc-vist.sqlite"
    database.write_bytes(b"not a database any more" * 200)
    assert command("load", run_folder)[0] == 1
    code, out, _ = command("restore", backup, "--yes")
    assert code == 0 and "the old database is" in out
    assert give_votes(tmp_path) == 2


def test_what_is_no_sound_backup_is_refused(command: Command, run_folder: Path, tmp_path: Path) -> None:
    command("load", run_folder)
    assert give_votes(tmp_path) == 2
    sound = Path(command("backup")[1].strip())
    torn, other, newer, orphaned = (tmp_path / f"{name}.sqlite" for name in ("torn", "other", "newer", "orphaned"))
    torn.write_bytes(sound.read_bytes()[:-8192])
    other.write_bytes(b"words")
    for file, sql in ((newer, "UPDATE alembic_version SET version_num = 'later'"), (orphaned, "DELETE FROM trials")):
        file.write_bytes(sound.read_bytes())
        with sqlite3.connect(file) as connection:
            connection.execute(sql)
        connection.close()
    for file, line in (
        (torn, "torn"),
        (other, "no backup of votes"),
        (newer, "newer version"),
        (orphaned, "is damaged"),
    ):
        code, _, err = command("restore", file, "--yes")
        assert code == 2 and line in err and err.count("\n") == 1, err
    assert give_votes(tmp_path) == 2


def test_restore_asks_first(command: Command, run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command("load", run_folder)
    backup = command("backup")[1].strip()
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    code, _, err = command("restore", backup)
    assert code == 2 and "--yes" in err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for said, expected in (("n", 1), ("", 1), ("y", 0)):
        monkeypatch.setattr("builtins.input", lambda _asked, said=said: said)
        assert command("restore", backup)[0] == expected


def test_backing_up_nothing_is_refused(command: Command, tmp_path: Path) -> None:
    code, _, err = command("backup")
    assert code == 2 and "no such database" in err and not (tmp_path / "data").exists()


@pytest.mark.slow
def test_the_command_runs_as_a_module_without_a_traceback(tmp_path: Path) -> None:
    asked = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "annotations",
        "load",
        str(tmp_path),
        "--data",
        str(tmp_path / "data"),
    ]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    heavy = "import annotations.__main__, sys; print([m for m in ('torch', 'gradio', 'litellm') if m in sys.modules])"
    light = subprocess.run(
        [sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert light.stdout.strip() == "[]"
