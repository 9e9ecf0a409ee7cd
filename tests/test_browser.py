"""The whole way in a real Chromium: photos, two systems writing at once, a vote, the names; and a rater's phone."""

import contextlib
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import ROOT, RecordingProxy, Server, chromium, needs_browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_browser]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("app")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def paper_pairs(server: Server, release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release's stories in the server's database, brought in by the two commands of the README."""
    run = tmp_path_factory.mktemp("runs") / "paper"
    for command in (
        ["core", "import-release", str(release), "--out", str(run)],
        ["annotations", "load", str(run), "--data", str(server.data)],
    ):
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, capture_output=True, timeout=300)
    return run


def rows(server: Server, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(server.database)) as database:
        return database.execute(query).fetchall()


def outside(requests: list[str]) -> list[str]:
    """Requests to any other host than this one."""
    return [url for url in requests if not re.match(r"(https?://127\.0\.0\.1[:/]|data:|blob:|about:)", url)]


def story_photos(release: Path, number: int = 2) -> list[str]:
    folder = next((release / "inference_samples").glob(f"sample_{number:02d}_*"))
    return [str(path) for path in sorted(folder.glob("*.jpg"))]


def tell_own_story(page: Any, photos: list[str]) -> None:
    page.locator("#photo-input").set_input_files(photos)
    page.locator(".strip li").nth(len(photos) - 1).wait_for()
    page.locator("#picker .busy").first.wait_for(state="detached")
    page.locator("#tell").click()


def test_own_photos_from_upload_to_the_reveal(server: Server, release: Path) -> None:
    asked: list[str] = []
    with chromium(viewport={"width": 1280, "height": 900}) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.url)
        page.locator("#left .turn").first.wait_for()
        before = len(rows(server, "select * from votes"))
        tell_own_story(page, story_photos(release))
        page.locator("#stop").wait_for()
        assert page.locator("#compare-vote").is_hidden(), "no vote while a side is still being written"
        page.locator("#compare-left").wait_for(timeout=120_000)
        visit = page.locator(".strip img").first.get_attribute("src").partition("/photos/")[0]
        assert page.request.get(f"{visit}/story.txt").status == 404, "the file names both systems"
        assert page.locator("#left .turn").count() > 0
        assert page.locator("#right .turn").count() > 0
        labels = ("Miniature base", "Miniature fine-tuned")
        assert not any(label in page.content() for label in labels)
        page.locator("#compare-left").click()
        page.locator(".reveal").wait_for()
        assert all(label in page.locator(".reveal").inner_text() for label in labels)
        saved = page.request.get(server.url + page.locator(".reveal a").first.get_attribute("href"))
        assert saved.ok
        assert saved.text().count("AI-generated") >= 3
    votes = rows(
        server,
        "select v.choice, v.transcript_id = t.left_id, c.slug, s.text from votes v join trials t on t.id = v.trial_id "
        "join campaigns c on c.id = t.campaign_id join transcripts s on s.id = v.transcript_id "
        "where c.slug = 'own-photos'",
    )
    assert len(rows(server, "select * from votes")) == before + 1
    assert votes == [("transcript", 1, "own-photos", None)], "the left transcript, and none of its words"
    assert outside(asked) == []


def test_a_bad_file_is_named_and_the_others_stay(server: Server, release: Path, tmp_path: Path) -> None:
    bad = tmp_path / "not a photo.jpg"
    bad.write_bytes(b"hello")
    with chromium() as page:
        page.goto(server.url)
        page.locator("#left .turn").first.wait_for()
        good = story_photos(release)[:2]
        page.locator("#photo-input").set_input_files([good[0], str(bad), good[1]])
        page.locator(".problems li").wait_for()
        page.locator(".strip li").nth(1).wait_for()
        assert page.locator(".problems li").count() == 1
        assert "not a photo.jpg" in page.locator(".problems li").inner_text()
        assert page.locator(".strip li img").count() == 2
        first, second = (page.locator(".strip img").nth(place).get_attribute("src") for place in (0, 1))
        page.get_by_role("button", name="Move photo 1 later").click()
        page.wait_for_function("(src) => document.querySelector('.strip img').getAttribute('src') === src", arg=second)
        page.get_by_role("button", name="Remove photo 1").click()
        page.wait_for_function("() => document.querySelectorAll('.strip img').length === 1")
        assert page.locator(".strip img").get_attribute("src") == first


def test_stop_ends_both_sides_at_once(server: Server, release: Path) -> None:
    with chromium() as page:
        page.goto(server.url)
        page.locator("#left .turn").first.wait_for()
        tell_own_story(page, story_photos(release)[:1])
        page.locator("#stop").click()
        page.get_by_text("Stopped.").wait_for(timeout=5_000)
        assert page.locator("#compare-vote").is_hidden()
        page.locator("#tell").click()
        page.locator("#compare-left").wait_for(timeout=120_000)


def test_a_prepared_pair_on_a_phone(server: Server, paper_pairs: Path) -> None:
    asked: list[str] = []
    with chromium(**PHONE) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.url)
        page.get_by_role("tab", name="Vote").tap()
        page.locator("#vote-page .turn").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, "nothing sticks out at the side"
        foot = page.locator("#vote-foot").bounding_box()
        assert foot["y"] + foot["height"] <= 845
        first = page.locator("#vote-page [data-pair]").inner_text()
        page.locator("#vote-right").tap()
        page.wait_for_function("(was) => document.querySelector('#vote-page [data-pair]').innerText !== was", arg=first)
        assert "Stored" in page.locator("#vote-foot .receipt").inner_text()
        assert "1 vote by you" in page.locator("#vote-foot .receipt").inner_text()
        page.locator("#vote-page .pictures .enlarge").first.tap()
        page.locator("dialog.lightbox img").wait_for()
        page.get_by_role("button", name="Close").tap()
    votes = rows(
        server,
        "select v.choice, v.transcript_id != t.left_id from votes v join trials t on t.id = v.trial_id "
        "join campaigns c on c.id = t.campaign_id where c.slug = 'benchmark'",
    )
    assert votes == [("transcript", 1)]
    assert outside(asked) == []


def test_voting_by_keyboard_alone(server: Server, paper_pairs: Path) -> None:
    with chromium(color_scheme="dark") as page:
        page.goto(server.url)
        page.get_by_role("tab", name="Vote").focus()
        page.keyboard.press("Enter")
        page.locator("#vote-page .turn").first.wait_for()
        for key, done in (("t", 1), ("n", 2), ("s", 2), ("a", 3), ("b", 4)):
            shown = page.locator("#vote-page [data-pair]").inner_text()
            page.keyboard.press(key)
            page.wait_for_function(
                "(was) => document.querySelector('#vote-page [data-pair]').innerText !== was", arg=shown
            )
            assert f"{done} vote" in page.locator("#vote-foot .receipt").inner_text()
        page.get_by_text("More: why?").click()
        page.get_by_label("In your own words").fill("about tea and banter")
        page.wait_for_timeout(300)
        assert "4 votes" in page.locator("#vote-foot .receipt").inner_text(), "typing words is no vote"


def test_what_the_browser_receives_before_the_vote_names_no_system(
    server: Server, release: Path, paper_pairs: Path
) -> None:
    proxy = RecordingProxy(server.port)
    try:
        with chromium(extra_http_headers={"Accept-Encoding": "identity"}) as page:
            page.goto(proxy.url)
            page.get_by_role("tab", name="About").click()
            page.get_by_role("tab", name="Vote").click()
            page.locator("#vote-page .turn").first.wait_for()
            page.get_by_role("tab", name="Compare").click()
            tell_own_story(page, story_photos(release))
            page.locator("#compare-left").wait_for(timeout=120_000)
            before = proxy.bytes()
            page.locator("#compare-left").click()
            page.locator(".reveal").wait_for()
            after = proxy.bytes()
    finally:
        proxy.close()
    assert b"Miniature fine-tuned" in after, "the recording works: the names do come with the reveal"
    assert len(before) > 100_000
    found = [name for name in forbidden(server) if name.encode().lower() in before.lower()]
    assert found == []
    assert_both_sides_move_together(before)


def forbidden(server: Server) -> list[str]:
    """Ids, labels and models of every system, words of transcript headers, names of the release's files."""
    systems = [text for row in rows(server, "select id, label from systems") for text in row]
    listed = re.findall(r"(?:id|label|model): ([^,}]+)", (ROOT / "models.yaml").read_text(encoding="utf-8"))
    names = {
        *systems,
        *(text.strip() for text in listed),
        "Word count:",
        "Generation time",
        "transcript_32b",
        "transcript_235b",
    }
    return sorted(names)


def assert_both_sides_move_together(received: bytes) -> None:
    """After every message both sides show equally many words, until the shorter one is complete."""
    counts = shown_words(received)
    growing = [pair for pair in counts if sum(pair)]
    assert len(growing) > 5, "frames were seen"
    shorter = min(growing[-1])
    assert shorter > 10
    for left, right in growing:
        assert left == right or min(left, right) == shorter, counts
    assert [pair for pair in growing if max(pair) < shorter] == sorted(pair for pair in growing if max(pair) < shorter)


def shown_words(received: bytes) -> list[tuple[int, int]]:
    """Words left and right after each message of the writing event: Gradio sends values first, then edits of them."""
    sides, counts = ["", ""], []
    for event in messages(received):
        data = (event.get("output") or {}).get("data") or []
        if event.get("msg") not in {"process_generating", "process_completed"} or len(data) != SCREEN_OUTPUTS:
            continue
        sides = [edited(old, new) for old, new in zip(sides, data[2:4], strict=True)]
        counts.append((words(sides[0]), words(sides[1])))
    return counts


SCREEN_OUTPUTS = 11
"""Of the writing event; left and right are the third and fourth."""


def messages(received: bytes) -> Iterator[dict[str, Any]]:
    for line in received.split(b"\n"):
        if line.startswith(b"data: "):
            with contextlib.suppress(json.JSONDecodeError):
                yield json.loads(line[6:])


def edited(old: str, new: Any) -> str:
    if isinstance(new, str):
        return new
    for action, path, text in new:
        assert path == []
        old = old + text if action == "append" else text
    return old


def words(side: str) -> int:
    said = re.sub(r'<p class="who">[^<]*', "", side.partition('<ol class="talk">')[2])
    return len(re.sub(r"<[^>]+>", " ", said).split())


def told_phrases(page: Any, server: Server, release: Path, known: dict[Path, bytes], *, keep: bool) -> list[bytes]:
    """Tells a story of real photos; returns every eight words in a row, since a text as written breaks elsewhere.

    Without those that stood on the disk before: the gallery's stories come from the same two models.
    """
    page.goto(server.url)
    page.locator("#left .turn").first.wait_for()
    if keep:
        page.get_by_label("Also keep my photos").check()
    tell_own_story(page, story_photos(release))
    page.locator("#compare-left").wait_for(timeout=120_000)
    turns = [turn.split() for turn in page.locator("#stage .said").all_inner_texts()]
    phrases = [" ".join(turn[at : at + 8]).encode() for turn in turns for at in range(len(turn) - 7)]
    return [phrase for phrase in phrases if not any(phrase in data for data in known.values())]


def files_of(server: Server) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in server.folder.rglob("*") if path.is_file()}


def on_disk(server: Server, known: dict[Path, bytes], phrases: list[bytes]) -> tuple[list[Path], list[Path]]:
    """(new pictures, files with any of the phrases) in all of the server's folders: data, cache, temp, home."""
    files = files_of(server)
    pictures = [path for path, data in files.items() if path not in known and PICTURE.search(data)]
    assert len(phrases) > 20
    return pictures, [path for path, data in files.items() if any(phrase in data for phrase in phrases)]


PICTURE = re.compile(rb"\xff\xd8\xff|PNG\r\n|RIFF....WEBP")


def test_nothing_of_a_photo_is_on_disk_after_the_visit(server: Server, release: Path) -> None:
    known = files_of(server)
    with chromium() as page:
        phrases = told_phrases(page, server, release, known, keep=False)
        upload = {"files": Path(story_photos(release)[0])}
        assert page.request.post(server.url + "gradio_api/upload", multipart=upload).status == 404
    assert on_disk(server, known, phrases) == ([], [])


def test_what_a_visitor_agreed_to_keep_is_kept(server: Server, release: Path) -> None:
    """Also the proof that the search above finds what is there."""
    known = files_of(server)
    with chromium() as page:
        phrases = told_phrases(page, server, release, known, keep=True)
    pictures, holding = on_disk(server, known, phrases)
    assert sorted(path.name for path in pictures) == [f"{number}.jpg" for number in range(1, 6)]
    assert {path.relative_to(server.data).parts[0] for path in pictures} == {"kept"}
    assert any(path.name.startswith(server.database.name) for path in holding)


def test_votes_survive_a_reload_and_a_double_press(server: Server, paper_pairs: Path) -> None:
    with chromium() as page:
        page.goto(server.url)
        page.get_by_role("tab", name="Vote").click()
        page.locator("#vote-page .turn").first.wait_for()
        shown = page.locator("#vote-page [data-pair]").inner_text()
        page.reload()
        page.get_by_role("tab", name="Vote").click()
        page.locator("#vote-page .turn").first.wait_for()
        assert page.locator("#vote-page [data-pair]").inner_text() == shown, "the same pair, the same sides"
        before = len(rows(server, "select * from votes"))
        page.locator("#vote-left").dblclick()
        page.wait_for_function("(was) => document.querySelector('#vote-page [data-pair]').innerText !== was", arg=shown)
        page.wait_for_timeout(1000)
        assert len(rows(server, "select * from votes")) == before + 1
