"""What leaves the app is marked as AI-generated, in the words and in the file, and holds no code of others."""

from datetime import UTC, datetime

from app.save import MARK, SavedSide, as_html, as_text
from core.dialogue import parse
from core.records import Span, Turn

WHEN = datetime(2026, 5, 4, tzinfo=UTC)
SIDES = (
    SavedSide("Left", "Large & <b>bold</b>", parse("Speaker 1: Hello there.\nSpeaker 2: (laughs) Hi.").turns),
    SavedSide("Right", "Small", (Turn(1, (Span("<script>alert(1)</script>"),)),)),
)


def test_text_says_so_first_and_last() -> None:
    lines = as_text(SIDES, WHEN).strip().splitlines()
    assert lines[0] == lines[-1] == MARK
    assert "Left: Large & <b>bold</b> (AI-generated)" in lines
    assert "Speaker 2: (laughs) Hi." in lines
    assert "2026-05-04" in lines[2]


def test_the_page_says_so_in_words_and_in_metadata() -> None:
    page = as_html(SIDES, [b"jpeg"], WHEN)
    assert page.count(MARK) == 3
    assert '<meta name="ai-generated" content="true">' in page
    assert "trainedAlgorithmicMedia" in page
    assert "data:image/jpeg;base64,anBlZw==" in page


def test_hostile_words_stay_words() -> None:
    page = as_html(SIDES, [], WHEN)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Large &amp; &lt;b&gt;bold&lt;/b&gt;" in page
