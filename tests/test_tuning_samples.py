"""The two forms of training files, and what is wrong with a file, line by line."""

import json
from pathlib import Path
from typing import Any

import pytest

from core import prompts
from tests.tuning_helpers import ANSWER, PROMPT
from train.tuning.samples import read

OWN: dict[str, Any] = {"id": "a", "images": ["1.png", "2.png"], "prompt": PROMPT, "answer": ANSWER}
TALK: dict[str, Any] = {
    "image": ["1.png", "2.png"],
    "conversations": [
        {"from": "human", "value": f"<image>\n<image>\n{PROMPT}"},
        {"from": "gpt", "value": ANSWER},
    ],
}


def written(folder: Path, *records: Any) -> Path:
    file = folder / "train.jsonl"
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    own, talk = read(written(tmp_path, OWN, {**TALK, "id": "b"})).samples
    assert (own.id, talk.id) == ("a", "b")
    assert own.images == talk.images == (tmp_path / "1.png", tmp_path / "2.png")
    assert own.content == talk.content == (None, None, PROMPT)
    assert own.answer == talk.answer == ANSWER
    assert own.messages() == talk.messages() == prompts.chat_messages(PROMPT, 2)
    assert own.where == f"{tmp_path / 'train.jsonl'}:1"


def test_a_json_list_of_conversations_with_one_picture_and_no_ids(tmp_path: Path) -> None:
    one = {
        "image": "1.png",
        "conversations": [{"from": "human", "value": f"<image>{PROMPT}"}, TALK["conversations"][1]],
    }
    file = tmp_path / "release.json"
    file.write_text(json.dumps([one, {**TALK, "id": 7}], indent=2))
    samples, faults = read(file)
    assert not faults
    assert [sample.id for sample in samples] == ["release-1", "7"]
    assert samples[0].images == (tmp_path / "1.png",)
    assert samples[1].where == f"{file}: sample 2"


def test_marks_keep_their_places(tmp_path: Path) -> None:
    human = {"from": "human", "value": "First <image> then\n<image>\n and now?"}
    (sample,) = read(written(tmp_path, {**TALK, "conversations": [human, TALK["conversations"][1]]})).samples
    assert sample.content == ("First", None, "then", None, "and now?")
    assert [part["type"] for part in sample.messages()[0]["content"]] == ["text", "image", "text", "image", "text"]
    own = {**OWN, "prompt": "<image> before, <image> after"}
    assert read(written(tmp_path, own)).samples[0].content == (None, "before,", None, "after")


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ("{not json", ":1: not JSON"),
        ("[" * 100_000, "not JSON"),
        (3, "found int"),
        ({"foo": 1}, "neither form of sample (found foo)"),
        ({**OWN, "speaker": 1}, "unknown key 'speaker'; known are answer, group, id, images, prompt"),
        ({**TALK, "video": "x.mp4"}, "unknown key 'video'"),
        ({**OWN, "id": 3}, "`id` is int"),
        ({**OWN, "id": " "}, "`id` is empty"),
        ({**OWN, "images": "1.png", "prompt": "<image><image>"}, "2 <image> marks and 1 pictures"),
        ({**OWN, "images": [1]}, "paths of pictures were wanted"),
        ({**OWN, "answer": None}, "`answer` is missing"),
        ({**TALK, "image": ["1.png"]}, "2 <image> marks and 1 pictures; one mark a picture was wanted"),
        ({**TALK, "conversations": TALK["conversations"][:1]}, "['human']; one from human and then one from gpt"),
        ({**TALK, "conversations": [{"from": "human", "value": 1}, TALK["conversations"][1]]}, "no text as `value`"),
        ({**TALK, "conversations": [TALK["conversations"][0], {"from": "gpt", "value": "<image>"}]}, "answer holds"),
    ],
)
def test_faults_name_the_line_and_the_cure(tmp_path: Path, record: Any, told: str) -> None:
    samples, faults = read(written(tmp_path, record))
    assert not samples
    (fault,) = faults
    assert told in fault
    assert fault.startswith(str(tmp_path / "train.jsonl"))
    assert "\n" not in fault


def test_one_broken_line_does_not_hide_the_others(tmp_path: Path) -> None:
    lines = [{**OWN, "id": f"s{number}"} for number in range(8)]
    samples, faults = read(written(tmp_path, *lines[:6], '{"id": "s6", ', lines[7], lines[0]))
    assert len(samples) == 8
    assert faults[0].startswith(f"{tmp_path / 'train.jsonl'}:7: not JSON")
    assert faults[1] == (
        f"{tmp_path / 'train.jsonl'}:9: the id 's0' stands in {tmp_path / 'train.jsonl'}:1 too; ids must be unique"
    )


def test_files_that_are_none(tmp_path: Path) -> None:
    empty, binary, broken = tmp_path / "empty.jsonl", tmp_path / "image.png", tmp_path / "list.json"
    empty.write_text("\n \n")
    binary.write_bytes(b"\x89PNG\xff\xfe")
    broken.write_text('[\n{"image": 1},\n{"image" 2}\n]')
    assert read(empty).faults == [f"{empty}: the file is empty; training samples were wanted"]
    assert "cannot be read" in read(binary).faults[0]
    assert read(broken).faults[0].startswith(f"{broken}:3: not JSON")
    assert "no such file" in read(tmp_path / "none.jsonl").faults[0]
    assert "cannot be read" in read(tmp_path).faults[0]
