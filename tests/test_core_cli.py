"""`python -m core`: what it prints where, and its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import main
from tests.test_release import Clone

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone")
    made.whole(1, 48)
    made.told("sample_02_story_50", ("image_1_5.jpg",))
    return made


def core(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_import_release_says_what_came_in_and_what_is_missing(clone: Clone, tmp_path: Path) -> None:
    done = core("import-release", str(clone.folder), "--out", str(tmp_path / "run"))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{tmp_path / 'run'}: 2 stories, 4 transcripts, 2 photos" in done.stdout
    assert "missing photos: 1" in done.stdout
    again = core("import-release", str(clone.folder), "--out", str(tmp_path / "run"))
    assert "nothing was new; the run is as it was" in again.stdout


def test_json_is_one_object_and_nothing_else(clone: Clone, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-release", str(clone.folder), "--out", str(tmp_path / "run"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["stories"], report["transcripts"], report["photos"]) == (2, 4, 2)
    assert report["missing_photos"] == ["sample_02_story_50 photo 1"]


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import-release", str(tmp_path / "nowhere"), "--out", str(tmp_path / "run")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert "evaluation_50_samples/data" in told.err


def test_a_file_in_the_way_is_named(clone: Clone, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "run"):
        assert main(["import-release", str(clone.folder), "--out", str(out)]) == 2
        assert str(out) in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["import-release"], ["nothing"], ["import-release", "x", "--no"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err
