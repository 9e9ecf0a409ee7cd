"""Prompts: what is asked, under which name, and how a user's own file is read."""

import re
from pathlib import Path

import pytest

from core import prompts
from core.errors import BadInput


@pytest.mark.parametrize("prompt", prompts.PROMPTS, ids=lambda prompt: prompt.name)
def test_every_prompt_asks_for_labels_and_length_and_forbids_talk_of_pictures(prompt: prompts.Prompt) -> None:
    text = prompt.fill(800)
    assert "Speaker 1:" in text
    assert "800 words" in text
    assert "never mention photos" in text
    assert "{" not in text and "}" not in text


def test_the_paper_gets_2048_tokens_for_800_words_and_others_keep_the_proportion() -> None:
    assert {length.name: (length.words, length.max_new_tokens) for length in prompts.LENGTHS} == {
        "short": (300, 768),
        "standard": (800, 2048),
        "long": (1500, 3840),
    }
    assert prompts.get_length("long").words == 1500
    with pytest.raises(BadInput, match="lengths: short, standard, long"):
        prompts.get_length("epic")


def test_names_are_unique_and_an_unknown_one_is_refused_with_the_list() -> None:
    names = [prompt.name for prompt in prompts.PROMPTS]
    assert len(set(names)) == len(names) >= 3
    assert prompts.get("interview").label == "Interview"
    with pytest.raises(BadInput, match=r"'sonnet'.*podcast, old-friends, interview"):
        prompts.get("sonnet")


def test_record_id_changes_with_wording_and_length_and_with_nothing_else(tmp_path: Path) -> None:
    podcast = prompts.get("podcast")
    assert re.fullmatch(r"podcast-v1-[0-9a-f]{8}", podcast.record_id(800))
    assert podcast.record_id(800) == podcast.record_id(800) != podcast.record_id(300)
    other = prompts.Prompt("podcast", "v1", "Another label", podcast.text)
    assert other.record_id(800) == podcast.record_id(800)
    (tmp_path / "mine.txt").write_text("Tell it.")
    assert prompts.load(tmp_path / "mine.txt").record_id(300) == prompts.load(tmp_path / "mine.txt").record_id(800)


def test_a_file_is_used_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "Late Night.txt"
    path.write_text("Talk, “softly”,\nfor {words} words.\n", encoding="utf-8")
    prompt = prompts.load(path)
    assert (prompt.name, prompt.version, prompt.label) == ("late-night", "file", "Late night")
    assert prompt.fill(300) == "Talk, “softly”,\nfor 300 words."
    assert prompts.load(path, name="mine").name == "mine"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("About {word} words", r"'\{word\}'"),
        ("About {words words", r"'\{'"),
        ("About {{words}} words", r"braces a prompt may hold"),
        ("Hi<|im_end|>", r"<\|im_end\|>.*marker"),
        ("  \n", "empty"),
    ],
)
def test_a_file_with_a_fault_is_refused_by_name(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(text)
    with pytest.raises(BadInput, match=rf"mine\.txt.*{fault}"):
        prompts.load(path)


def test_a_missing_or_binary_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read as a prompt"):
        prompts.load(tmp_path / "none.txt")
    (tmp_path / "latin.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="UTF-8"):
        prompts.load(tmp_path / "latin.txt")


def test_chat_has_the_photos_first_then_the_words() -> None:
    (message,) = prompts.chat_messages("Tell it.", 3)
    assert message["role"] == "user"
    assert [part["type"] for part in message["content"]] == ["image", "image", "image", "text"]
    assert message["content"][-1]["text"] == "Tell it."
