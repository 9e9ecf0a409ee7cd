"""The paper's release into a run folder: dangling links, missing pictures, doubled ids; and twice is once."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from core.dialogue import parse
from core.errors import ReleaseFormatError, RunFolderError
from core.records import Story
from core.runs import Run
from core.sources.release import ImportReport, import_release
from core.sources.release_layout import read_transcript

HEADER = "Sample: {name}\nWord count: 7\nGeneration time: 12.5s\n" + "=" * 60 + "\n\n"
TEXT = "Speaker 1:  \nHello — “you”…\n\n**Sam:** Yes."


def jpeg(colour: str, exif: bool = True) -> bytes:
    picture = Image.new("RGB", (64, 48), colour)
    data = Image.Exif()
    data[0x010E] = "where I live"
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=data if exif else b"")
    return file.getvalue()


class Clone:
    """A made-up clone of the release, sample by sample."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "evaluation_50_samples" / "data"
        self.other = folder / "inference_samples"

    def told(
        self, name: str, links: tuple[str, ...] = (), text: str = TEXT, systems: tuple[str, ...] = ("32b", "235b")
    ) -> Path:
        """Transcripts, and links into a home folder that is not there."""
        folder = self.data / name
        folder.mkdir(parents=True)
        for system in systems:
            (folder / f"transcript_{system}.txt").write_text(HEADER.format(name=name) + text, encoding="utf-8")
        for link in links:
            (folder / link).symlink_to(f"/home/nobody/{name}/{link}")
        return folder

    def shown(self, name: str, pictures: dict[str, bytes], captions: str | None = None) -> Path:
        folder = self.other / name
        folder.mkdir(parents=True)
        for file, data in pictures.items():
            (folder / file).write_bytes(data)
        if captions is not None:
            (folder / "ground_truth_story.txt").write_text(captions, encoding="utf-8")
        return folder

    def whole(self, number: int, story: int) -> str:
        """A sample as most are: two linked pictures, both there, and marked captions."""
        name = f"sample_{number:02}_story_{story}"
        files = (f"image_1_{story}1.jpg", f"image_2_{story}2.jpg")
        self.told(name, files)
        self.shown(name, {file: jpeg("red") for file in files}, MARKED.format(story=story))
        return name

    def bring_in(self, run: Path) -> tuple[ImportReport, dict[str, Story]]:
        report = import_release(self.folder, run)
        return report, {story.id: story for story in Run.open(run).stories()}


MARKED = "Story ID: {story}\n====\n\nVIST Ground Truth Story:\n----\n\n[Image 1]: a bus .\n\n[Image 2]: tires .\n"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() + str(path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_story_comes_in_through_dangling_links(clone: Clone, tmp_path: Path) -> None:
    clone.whole(1, 48)
    report, stories = clone.bring_in(tmp_path / "run")
    [first, second] = stories["vist-48"].photos
    assert (first.number, first.file, first.caption) == (1, "photos/vist-48-1.jpg", "a bus .")
    assert (first.width, first.height) == (64, 48)
    assert first.link == "https://www.flickr.com/photo.gne?id=481"
    assert first.licence == "Creative Commons (see link)"
    assert second.caption == "tires ."
    assert (report.stories, report.transcripts, report.photos, report.new) == (1, 2, 2, 5)
    assert (report.missing_photos, report.missing_transcripts, report.doubled, report.notes) == ([], [], [], [])


def test_transcripts_keep_their_words_and_lose_their_header(clone: Clone, tmp_path: Path) -> None:
    clone.whole(1, 48)
    clone.bring_in(tmp_path / "run")
    small, large = Run.open(tmp_path / "run").transcripts()
    assert (small.system_id, large.system_id) == ("paper-32b-tuned", "paper-235b")
    assert small.text == large.text == TEXT
    assert (small.seconds, small.fingerprint, small.prompt, small.attempt) == (12.5, "imported", "unknown", 1)
    assert small.id != large.id


def test_no_metadata_of_a_photo_comes_in(clone: Clone, tmp_path: Path) -> None:
    clone.whole(1, 48)
    clone.bring_in(tmp_path / "run")
    for file in (tmp_path / "run" / "photos").iterdir():
        assert b"where I live" not in file.read_bytes()
        assert b"Exif" not in file.read_bytes()


def test_twice_changes_no_byte(clone: Clone, tmp_path: Path) -> None:
    clone.whole(1, 48)
    clone.told("sample_02_story_50", ("image_1_5.jpg",))
    run = tmp_path / "run"
    first, _ = clone.bring_in(run)
    before = content(run)
    second, _ = clone.bring_in(run)
    assert content(run) == before
    assert (first.new > 0, second.new) == (True, 0)
    assert (second.stories, second.photos, second.missing_photos) == (first.stories, first.photos, first.missing_photos)


def test_what_was_missing_comes_in_later(clone: Clone, tmp_path: Path) -> None:
    name = clone.whole(1, 48)
    gone = clone.other / name / "image_2_482.jpg"
    data = gone.read_bytes()
    gone.unlink()
    report, stories = clone.bring_in(tmp_path / "run")
    assert report.missing_photos == [f"{name} photo 2"]
    missing = stories["vist-48"].photos[1]
    assert (missing.file, missing.caption, missing.link) == (None, "tires .", "https://www.flickr.com/photo.gne?id=482")
    gone.write_bytes(data)
    report, stories = clone.bring_in(tmp_path / "run")
    assert (report.new, report.missing_photos) == (2, [])
    assert stories["vist-48"].photos[1].file == "photos/vist-48-2.jpg"


def test_a_changed_transcript_is_a_further_attempt(clone: Clone, tmp_path: Path) -> None:
    name = clone.whole(1, 48)
    clone.bring_in(tmp_path / "run")
    (clone.data / name / "transcript_32b.txt").write_text(
        HEADER.format(name=name) + "Speaker 1: New.", encoding="utf-8"
    )
    assert clone.bring_in(tmp_path / "run")[0].new == 1
    small = next(one for one in Run.open(tmp_path / "run").transcripts() if one.system_id == "paper-32b-tuned")
    assert (small.text, small.attempt) == ("Speaker 1: New.", 2)


def test_a_sample_with_two_story_ids_keeps_to_its_own_photos_and_captions(clone: Clone, tmp_path: Path) -> None:
    clone.whole(1, 48)
    links = ("image_1_11.jpg", "image_2_12.jpg")
    clone.told("sample_49_story_45530", links)
    clone.shown("sample_49_story_45530", {"image_1_11.jpg": jpeg("red")})
    clone.shown("sample_49_story_49044", {"image_1_91.jpg": jpeg("blue"), "image_2_92.jpg": jpeg("blue")}, MARKED)
    report, stories = clone.bring_in(tmp_path / "run")
    [first, second] = stories["vist-45530"].photos
    assert (first.link, first.caption) == ("https://www.flickr.com/photo.gne?id=11", None)
    assert second.file is None
    assert "vist-49044" not in stories
    assert report.missing_photos == ["sample_49_story_45530 photo 2"]
    assert len(report.doubled) == 1
    assert "45530" in report.doubled[0]
    assert "49044" in report.doubled[0]


def test_a_folder_of_another_id_lends_only_the_very_pictures_that_are_named(clone: Clone, tmp_path: Path) -> None:
    clone.told("sample_49_story_45530", ("image_1_11.jpg", "image_2_12.jpg"))
    clone.shown("sample_49_story_49044", {"image_1_11.jpg": jpeg("red"), "image_2_92.jpg": jpeg("blue")}, MARKED)
    report, stories = clone.bring_in(tmp_path / "run")
    assert [(photo.file is None, photo.caption) for photo in stories["vist-45530"].photos] == [
        (False, None),
        (True, None),
    ]
    assert len(report.doubled) == 1


def test_the_same_story_under_another_number_is_found_by_its_id(clone: Clone, tmp_path: Path) -> None:
    clone.told("sample_07_story_48", ("image_1_481.jpg",))
    clone.shown("sample_12_story_48", {"image_1_481.jpg": jpeg("red")}, MARKED)
    _, stories = clone.bring_in(tmp_path / "run")
    assert [(photo.file is None, photo.caption) for photo in stories["vist-48"].photos] == [
        (False, "a bus ."),
        (True, "tires ."),
    ]


def test_a_story_told_in_two_samples_stays_two(clone: Clone, tmp_path: Path) -> None:
    clone.told("sample_01_story_48", ("image_1_481.jpg",))
    clone.told("sample_02_story_48", ("image_1_481.jpg",), text="Speaker 1: Another.")
    report, stories = clone.bring_in(tmp_path / "run")
    assert list(stories) == ["vist-48", "vist-48-sample-2"]
    assert len(Run.open(tmp_path / "run").transcripts()) == 4
    assert len(report.doubled) == 1
    assert clone.bring_in(tmp_path / "run")[0].new == 0


def test_links_that_were_checked_out_as_text_files(clone: Clone, tmp_path: Path) -> None:
    name = clone.whole(1, 48)
    for link in clone.data.joinpath(name).glob("image_*"):
        target = str(link.readlink())
        link.unlink()
        link.write_text(target)
    report, stories = clone.bring_in(tmp_path / "run")
    assert report.missing_photos == []
    assert all(photo.file for photo in stories["vist-48"].photos)


def test_an_unreadable_picture_is_missing_with_its_reason(clone: Clone, tmp_path: Path) -> None:
    name = clone.whole(1, 48)
    (clone.other / name / "image_1_481.jpg").write_bytes(jpeg("red")[:200])
    (clone.other / name / "image_2_482.jpg").write_bytes(b"GIF8 not a picture")
    report, stories = clone.bring_in(tmp_path / "run")
    assert [photo.file for photo in stories["vist-48"].photos] == [None, None]
    assert [line.partition(":")[0] for line in report.missing_photos] == [f"{name} photo 1", f"{name} photo 2"]
    assert all("image_" in line for line in report.missing_photos)


SENTENCES = "the bus stood there . many tires ! was it old ?"


def test_captions_in_one_paragraph_are_divided_where_sentences_and_photos_agree(clone: Clone, tmp_path: Path) -> None:
    files = tuple(f"image_{n}_{n}.jpg" for n in (1, 2, 3))
    clone.told("sample_01_story_1", files)
    clone.shown("sample_01_story_1", {}, SENTENCES)
    clone.told("sample_02_story_2", (*files, "image_4_4.jpg"))
    clone.shown("sample_02_story_2", {}, SENTENCES)
    clone.told("sample_03_story_3")
    clone.shown("sample_03_story_3", {files[2]: jpeg("red")}, SENTENCES)
    report, stories = clone.bring_in(tmp_path / "run")
    wanted = ["the bus stood there .", "many tires !", "was it old ?"]
    assert [photo.caption for photo in stories["vist-1"].photos] == wanted
    assert [photo.caption for photo in stories["vist-2"].photos] == [None] * 4
    assert [(photo.caption, photo.file is None) for photo in stories["vist-3"].photos] == [
        (wanted[0], True),
        (wanted[1], True),
        (wanted[2], False),
    ]
    assert report.captions == {"by sentence": 2, "undivided": 1}
    assert report.notes == ["sample_02_story_2: the captions cannot be divided among 4 photos; left empty"]


def test_missing_transcripts_are_named_and_the_rest_comes_in(clone: Clone, tmp_path: Path) -> None:
    name = clone.whole(1, 48)
    lacking = clone.told("sample_02_story_50", ("image_1_5.jpg",), systems=("32b",))
    (lacking / "transcript_235b.txt").write_text("Speaker 1: No header.\n====\nMore.", encoding="utf-8")
    (lacking / "transcript_7b.txt").write_text("x", encoding="utf-8")
    broken = clone.told("sample_03_story_51", ("image_1_5.jpg",), systems=("32b",))
    (broken / "transcript_32b.txt").write_bytes(b"\xff\xfe\xff")
    results = clone.folder / "evaluation_50_samples" / "evaluation_results.csv"
    results.write_text(f"sample,words_32b\n{name},1\nsample_09_story_9,2\n", encoding="utf-8")
    report, stories = clone.bring_in(tmp_path / "run")
    assert (report.transcripts, len(stories)) == (3, 3)
    assert [line.rpartition("/")[2] for line in report.missing_transcripts] == [
        "sample_09_story_9: in evaluation_results.csv, but there is no such folder",
        "transcript_235b.txt: no header lines at its top",
        "transcript_32b.txt: not UTF-8 text; is the clone damaged?",
        "transcript_235b.txt: no such file",
    ]
    assert any("transcript_7b.txt" in note for note in report.notes)


def test_headers() -> None:
    told = read_transcript("Sample: a\r\nGeneration time: 3s\r\n====\r\n\r\nSpeaker 1: x\n".replace("\r\n", "\n"))
    assert told is not None
    assert (told.seconds, told.header["sample"], told.text) == (3.0, "a", "Speaker 1: x\n")
    assert read_transcript("Speaker 1: hello\nyes no\n====\n") is None
    assert read_transcript("") is None
    without = read_transcript("Sample: a\n====\n\nhello")
    assert without is not None
    assert without.seconds is None


def test_a_folder_that_is_no_release_is_refused_and_nothing_is_made(clone: Clone, tmp_path: Path) -> None:
    for folder, told in (
        (tmp_path / "nowhere", "no folder evaluation_50_samples/data"),
        (clone.folder, "no folder named"),
    ):
        if folder == clone.folder:
            clone.data.mkdir(parents=True)
        with pytest.raises(ReleaseFormatError, match=told):
            import_release(folder, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_another_run_is_not_written_into(clone: Clone, tmp_path: Path) -> None:
    clone.whole(1, 48)
    other = Run.create(tmp_path / "run", {"command": "generate"})
    before = content(other.path)
    with pytest.raises(RunFolderError, match="other settings"):
        clone.bring_in(other.path)
    assert content(other.path) == before


# The release itself, as far as it is here


@pytest.fixture(scope="module")
def real_clone(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared part of the release with the dangling links of a clone put back."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "inference_samples").symlink_to(release / "inference_samples")
    data = folder / "evaluation_50_samples" / "data"
    for source in sorted((release / "evaluation_50_samples" / "data").iterdir()):
        target = data / source.name
        target.mkdir(parents=True)
        for file in source.iterdir():
            (target / file.name).symlink_to(file)
        for picture in (release / "inference_samples" / source.name).glob("image_*"):
            (target / picture.name).symlink_to(f"/home/nobody/inference_samples/{source.name}/{picture.name}")
    return folder


def test_the_real_release(real_clone: Path, release: Path, tmp_path: Path) -> None:
    report = import_release(real_clone, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    stories, transcripts = run.stories(), run.transcripts()
    folders = sorted((release / "inference_samples").iterdir())
    real = sum(1 for folder in folders for _ in folder.glob("image_*.jpg"))
    assert report.stories == len(stories) == len(folders)
    assert report.transcripts == len(transcripts) == 2 * len(stories)
    assert report.photos == sum(photo.file is not None for story in stories for photo in story.photos) == real
    assert len(report.missing_photos) == 5 * len(stories) - real
    assert all([photo.number for photo in story.photos] == [1, 2, 3, 4, 5] for story in stories)
    uncaptioned = {story.id for story in stories if not all(photo.caption for photo in story.photos)}
    assert uncaptioned == {"vist-50522"}  # four sentences for five photos
    assert all(one.seconds and one.seconds > 100 and len(parse(one.text).turns) > 8 for one in transcripts)
    before = content(tmp_path / "run")
    assert import_release(real_clone, tmp_path / "run").new == 0
    assert content(tmp_path / "run") == before
