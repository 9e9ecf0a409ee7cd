"""`python -m train check` and the same look before a run: every fault on a line of its own, and nothing trained."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.local_helpers import Tiny, tiny_checkpoint
from tests.tuning_helpers import ANSWER, PROMPT, make_data, picture, tune_settings
from train.__main__ import main
from train.commands.check import histogram
from train.tuning.check import Estimate, check
from train.tuning.settings import DataSettings

__all__ = ["tiny_checkpoint"]

DATA = DataSettings()


def one(**changes: Any) -> dict[str, Any]:
    return {"id": "a", "images": ["1.png"], "prompt": PROMPT, "answer": ANSWER, **changes}


def written(folder: Path, *records: Any) -> Path:
    picture(folder / "1.png", (512, 384))
    (folder / "broken.png").write_bytes((folder / "1.png").read_bytes()[:60])
    (folder / "text.jpg").write_text("no picture")
    file = folder / "data.jsonl"
    file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records) + "\n")
    return file


FAULTS = {
    "missing picture": (one(images=["none.png"]), "picture {}/none.png is missing; put it there"),
    "cut picture": (one(images=["broken.png"]), "picture {}/broken.png cannot be read"),
    "no picture": (one(images=["text.jpg"]), "picture {}/text.jpg cannot be read"),
    "marks": (one(prompt="<image> and <image>"), "2 <image> marks and 1 pictures"),
    "empty answer": (one(answer=" \n"), "the answer is empty"),
    "no labels": (one(answer="We went to the sea and it was fine."), "no speaker labels (the answer begins 'We went"),
    "words before": (one(answer="Here is your talk:\n" + ANSWER), "words before the first speaker label"),
    "no words": (one(answer="Speaker 1:\nSpeaker 2: …"), "without a word spoken"),
    "far too long": (one(answer=f"Speaker 1: {'storm ' * 59_998}"), "an answer of 60,000 words is too long"),
    "no pictures": (one(images=[]), "0 pictures; 1 to 20 were wanted"),
    "too many": (one(images=["1.png"] * 21), "21 pictures; 1 to 20 were wanted"),
    "no prompt": (one(prompt=" "), "the prompt is empty"),
    "marker in the answer": (one(answer="Speaker 1: bye<|im_end|>\nSpeaker 2: no"), "the answer holds '<|im_end|>'"),
    "marker in the prompt": (one(prompt="<|vision_start|>hi"), "the prompt holds '<|vision_start|>'"),
    "broken JSON": ('{"id": "a", ', ":1: not JSON"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_one_clear_line(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    record, told = FAULTS[name]
    file = written(tmp_path, one(id="sound"), record)
    assert main(["check", str(file)]) == 2
    out, err = capsys.readouterr()
    faults = [line for line in out.splitlines() if line.startswith(f"  {file}:")]
    assert len(faults) == 1
    assert faults[0].startswith(f"  {file}:2: ")
    assert told.format(tmp_path).replace(":1:", ":2:") in faults[0]
    assert err.splitlines()[-1] == f"train: {file}: 1 fault; nothing can be trained on it"


def test_all_faults_are_told_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = [{**record, "id": name} if isinstance(record, dict) else record for name, (record, _) in FAULTS.items()]
    file = written(tmp_path, one(), *records)
    assert main(["check", str(file), "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert len(report["faults"]) == len(FAULTS)
    assert [fault.split(":")[1] for fault in report["faults"]].count("1") == 0
    assert report["tokens"]["least"] == report["tokens"]["most"]


@pytest.mark.parametrize("answer", ["Speaker 1: all alone, and long.", "Host 1 (Ann): hello\nGuest: hi", ANSWER])
def test_sound_talk(tmp_path: Path, answer: str) -> None:
    found = check(written(tmp_path, one(answer=answer)), Estimate(DATA))
    assert found.faults == []
    assert (len(found.samples), found.pictures, len(found.tokens)) == (1, 1, 1)


def test_what_a_run_will_meet_is_counted(tmp_path: Path) -> None:
    # 512 x 384 is 16 x 12 tokens and two marks at full size. The talk is 120 words in 24 turns.
    turns = "\n".join(f"Speaker {1 + n % 2}: one two three" for n in range(24))
    file = written(tmp_path, one(answer=turns, group="x"), one(id="b", group="x"), one(id="c", answer=turns))
    roomy = check(file, Estimate(DATA))
    assert (roomy.groups, roomy.pictures, roomy.turns, roomy.fewer_pixels, roomy.cut) == (1, 1, 51, 0, 0)
    assert roomy.tokens[0] == 12 + 7 + 194 + -(-len(turns) // 4) + 1
    narrow = check(file, Estimate(DataSettings(max_length=roomy.tokens[0] - 50)))
    assert (narrow.fewer_pixels, narrow.cut, narrow.faults) == (2, 0, [])
    floor = check(file, Estimate(DataSettings(max_length=12 + 7 + 14 + 110 + 1)))  # 4 x 3 tokens a picture
    assert (floor.fewer_pixels, floor.cut, floor.faults) == (3, 2, [])
    assert floor.cut_turns == 2 * 7  # 17 turns are 424 characters, 18 are 449, and 440 are 110 tokens


def test_the_hash_is_of_the_data_alone(tmp_path: Path) -> None:
    first = check(written(tmp_path / "a", one()), Estimate(DATA)).sha256
    assert check(written(tmp_path / "b", one()), Estimate(DATA)).sha256 == first
    file = written(tmp_path / "c", one())
    picture(tmp_path / "c" / "1.png", (512, 384), "blue")
    assert check(file, Estimate(DATA)).sha256 != first


@pytest.mark.parametrize("content", ["", "hello\n", '{"a": 1}\n', "\x89PNG"])
def test_files_that_are_no_training_data(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(content, encoding="latin-1")
    assert main(["check", str(file)]) == 2
    assert f"  {file}" in capsys.readouterr().out


def test_the_report_for_people(tmp_path: Path, tiny_checkpoint: Tiny, capsys: pytest.CaptureFixture[str]) -> None:
    data = make_data(tmp_path / "data")
    config = tmp_path / "tiny.yaml"
    config.write_text(tune_settings(tiny_checkpoint.base, data, tmp_path / "out").model_dump_json())
    assert main(["check", str(data), "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert "12 samples" in out
    assert f"tokens: counted with the tokenizer of {tiny_checkpoint.base}" in out
    assert "#" in out
    assert "faults: 0" in out
    assert main(["check", str(data)]) == 0
    assert "estimated as characters / 4" in capsys.readouterr().out
    config.write_text(config.read_text().replace(str(tiny_checkpoint.base), "nobody/has-this-one"))
    assert main(["check", str(data), "--config", str(config)]) == 0
    assert "the tokenizer of nobody/has-this-one is not on this machine" in capsys.readouterr().out


def test_histogram_counts_every_sample_once() -> None:
    bins = histogram([1, 5, 99, 100, 101, 350], 8192)
    assert bins[0] == (0, 50, 2)
    assert [count for _, _, count in bins] == [2, 1, 2, 0, 0, 0, 0, 1]
    assert histogram([], 100) == []


def test_nothing_is_trained(tmp_path: Path, tiny_checkpoint: Tiny, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, one(), one(id="b", images=["none.png"]), one(id="c", answer=""))
    config = tmp_path / "tiny.yaml"
    config.write_text(tune_settings(tiny_checkpoint.base, file, tmp_path / "out").model_dump_json())
    assert main(["finetune", str(config)]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[-1] == (
        f"train: {file}:2: picture {tmp_path}/none.png is missing; put it there, or take the sample out "
        "(and 1 more; `python -m train check` lists all)"
    )
    assert not (tmp_path / "out").exists()
