"""Photos: upright, bounded, without metadata; bad ones named; hostile ones harmless."""

import random
import struct
import threading
import time
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from core.errors import PhotoError
from core.photo_files import exif_orientation
from core.photos import DEFAULT_LIMITS, Ingest, PhotoLimits, ingest, normalise, shown_name, shrink
from tests import photo_makers as make

BOUNDED = PhotoLimits(side=64)


def decoded(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    image.load()
    return image


def nearly(found: object, wanted: tuple[int, int, int], slack: int = 12) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) <= slack for one, other in zip(found, wanted, strict=True))


def fault(data: bytes, limits: PhotoLimits = DEFAULT_LIMITS) -> str:
    with pytest.raises(PhotoError) as caught:
        normalise(data, "IMG_7.jpg", limits)
    message = str(caught.value)
    assert message.startswith("“IMG_7.jpg” ") and message.endswith(".") and "\n" not in message
    return message


# ---- upright, bounded, right colours


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_every_format_is_turned_upright(kind: str, orientation: int) -> None:
    size = (96, 64) if orientation < 5 else (64, 96)
    data = make.save(make.corners(size, make.STORED_CORNERS[orientation]), kind, orientation)
    photo = normalise(data, "x")
    image = decoded(photo.jpeg)
    assert image.size == (photo.width, photo.height) == (96, 64)
    seen = [image.getpixel(at) for at in ((10, 10), (86, 10), (10, 54), (86, 54))]
    for colour, wanted in zip(seen, (make.RED, make.GREEN, make.BLUE, make.YELLOW), strict=True):
        assert nearly(colour, wanted), (kind, orientation, seen)


def test_gif_shows_its_first_frame() -> None:
    frames = [make.corners((96, 64)), Image.new("RGB", (96, 64), "black")]
    data = make.save(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert nearly(decoded(normalise(data, "x.gif").jpeg).getpixel((10, 10)), make.RED)


def test_gif_frame_that_leaves_its_screen() -> None:
    frame = make.save(make.corners((96, 64)), "GIF")
    narrow = frame[:6] + struct.pack("<HH", 40, 40) + frame[10:]
    photo = normalise(narrow, "x.gif")
    assert (photo.width, photo.height) == (96, 64)


@pytest.mark.parametrize("kind", make.FORMATS)
def test_large_photos_are_bounded(kind: str) -> None:
    data = make.save(make.corners((900, 600)), kind, 6)
    photo = normalise(data, "x", PhotoLimits(side=300))
    longest = 225 if kind == "JPEG" else 300  # a quarter of 900 comes from the decoder and is near enough
    assert decoded(photo.jpeg).size == (photo.width, photo.height)
    assert sorted((photo.width, photo.height)) == [longest * 2 // 3, longest]


def test_small_photos_keep_their_size() -> None:
    photo = normalise(make.save(make.corners((37, 41)), "PNG"), "x")
    assert (photo.width, photo.height) == (37, 41)


@pytest.mark.parametrize(
    ("mode", "colour", "wanted"),
    [
        ("1", 255, (255, 255, 255)),
        ("L", 90, (90, 90, 90)),
        ("LA", (0, 0), (255, 255, 255)),
        ("RGBA", (200, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (200, 0, 0, 128), (227, 127, 127)),
        ("P", 0, (0, 0, 0)),
        ("I;16", 0x8000, (128, 128, 128)),
    ],
)
def test_every_mode_of_png_becomes_rgb_on_white(mode: str, colour: object, wanted: tuple[int, int, int]) -> None:
    picture = Image.new(mode, (32, 32), colour)  # pyright: ignore[reportArgumentType] - one colour type a mode
    image = decoded(normalise(make.save(picture, "PNG"), "x.png").jpeg)
    assert image.mode == "RGB"
    assert nearly(image.getpixel((16, 16)), wanted, slack=3)


def test_transparent_palettes_lie_on_white() -> None:
    picture = Image.new("P", (32, 32), 1)
    picture.putpalette([0, 0, 0, 250, 0, 0])
    for kind in ("PNG", "GIF"):
        clear = decoded(normalise(make.save(picture, kind, transparency=1), "x").jpeg)
        assert nearly(clear.getpixel((16, 16)), (255, 255, 255), slack=2)


def test_transparent_webp_lies_on_white() -> None:
    data = make.save(Image.new("RGBA", (32, 32), (9, 9, 9, 0)), "WEBP")
    assert nearly(decoded(normalise(data, "x").jpeg).getpixel((16, 16)), (255, 255, 255), slack=2)


def test_cmyk_jpeg_keeps_its_colours() -> None:
    data = make.save(make.corners((96, 64)).convert("CMYK"), "JPEG")
    assert nearly(decoded(normalise(data, "x").jpeg).getpixel((86, 54)), make.YELLOW, slack=16)


def swapped_profile() -> bytes:
    """An sRGB profile whose red and green primaries are exchanged, so that its effect cannot be overlooked."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    for place in range(count):
        at = 132 + 12 * place
        swap = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
        profile[at : at + 4] = swap.get(bytes(profile[at : at + 4]), bytes(profile[at : at + 4]))
    return bytes(profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_colour_profiles_are_applied_then_dropped(kind: str) -> None:
    plain = Image.new("RGB", (64, 64), (230, 30, 30))
    photo = normalise(make.save(plain, kind, icc_profile=swapped_profile()), "x")
    image = decoded(photo.jpeg)
    assert "icc_profile" not in image.info
    pixel = image.getpixel((32, 32))
    assert isinstance(pixel, tuple) and pixel[1] > pixel[0] + 60, "red in the file means green under this profile"


def test_a_broken_profile_costs_only_itself() -> None:
    data = make.save(make.corners((96, 64)), "JPEG", icc_profile=b"not a profile" * 20)
    assert nearly(decoded(normalise(data, "x").jpeg).getpixel((10, 10)), make.RED)


# ---- metadata


def loaded_with_metadata() -> dict[str, bytes]:
    secret = b"PLANTED-SECRET"
    thumbnail = make.save(make.corners((32, 32)), "JPEG", comment=secret)
    picture = make.corners((96, 64))
    block = make.exif(6, secret) + thumbnail
    jpeg = make.save(picture, "JPEG", exif=block, comment=secret, xmp=secret, icc_profile=swapped_profile())
    photoshop = make.jpeg_segment(0xED, b"Photoshop 3.0\0" + secret) + make.jpeg_segment(0xE9, secret)
    return {
        "JPEG": jpeg[:2] + photoshop + jpeg[2:] + secret,
        "PNG": make.save(picture, "PNG", 6, secret, pnginfo=make.png_text(secret)),
        "WEBP": make.save(picture, "WEBP", 6, secret, xmp=secret),
        "GIF": make.save(picture, "GIF", comment=secret),
        "HEIC": make.save(picture, "HEIC", 6, secret, xmp=secret),
    }


@pytest.mark.parametrize("kind", make.FORMATS)
def test_no_metadata_is_left(kind: str) -> None:
    data = loaded_with_metadata()[kind]
    assert b"PLANTED-SECRET" in data
    jpeg = normalise(data, "x").jpeg
    for trace in (b"PLANTED", b"SECRET", b"Exif", b"II*\0", b"adobe", b"ICC_PROFILE", struct.pack("<II", 7777, 100)):
        assert trace not in jpeg, trace
    image = JpegImageFile(BytesIO(jpeg))
    assert [name for name, _ in image.applist] == ["APP0"], "a JFIF mark and nothing else"
    assert not image.getexif() and jpeg.count(b"\xff\xd8\xff") == 1 and jpeg.endswith(b"\xff\xd9")


# ---- refused, each by name


def test_other_files_are_called_what_they_are() -> None:
    tiff = BytesIO()
    Image.new("RGB", (32, 32)).save(tiff, "TIFF")
    cases = {
        b"": "is empty",
        bytes(100): "is empty",
        b"%PDF-1.7 ...": "is a PDF document",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>": "is an SVG drawing",
        b"<!doctype html><html>": "is a web page",
        b"PK\x03\x04rest": "is an archive or office document",
        b"hello, world": "is not a photo",
        b"\0\0\0\x18ftypmp42\0\0\0\0isommp42": "is a video",
        b"\0\0\0\x1cftypavif\0\0\0\0mif1avif": "is an AVIF picture",
        tiff.getvalue(): "is a TIFF or raw camera file",
    }
    for data, words in cases.items():
        message = fault(data)
        assert words in message and "send a JPEG, PNG, WebP, GIF or HEIC photo" in message


@pytest.mark.parametrize("kind", make.FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_files_are_refused(kind: str, share: float) -> None:
    noise = Image.frombytes("RGB", (96, 96), random.Random(1).randbytes(96 * 96 * 3))
    data = make.save(noise, kind)
    assert "ends early" in fault(data[: int(len(data) * share)])


def test_bombs_are_refused_before_their_pixels_are_decoded() -> None:
    started = time.perf_counter()
    for bomb in (make.png_claiming(60_000, 60_000), make.gif_claiming(65_535, 65_535)):
        assert "megapixels a photo may have" in fault(bomb)
    assert time.perf_counter() - started < 0.5


def test_a_full_size_that_the_pixels_do_not_reach_is_damage() -> None:
    assert "damaged or incomplete" in fault(make.png_claiming(2000, 2000))


def test_an_animation_of_thousands_of_frames_costs_one() -> None:
    gif = make.save(make.corners((96, 64)), "GIF")
    frame = gif[gif.index(b",") : -1]
    started = time.perf_counter()
    normalise(gif[:-1] + frame * 3000 + b";", "x.gif", PhotoLimits(file_bytes=100_000_000))
    assert time.perf_counter() - started < 0.5


def test_huge_texts_cost_nothing() -> None:
    """Decoders glue a GIF comment together block by block, and unpack every text of a PNG: not here."""
    png = make.save(make.corners((96, 64)), "PNG")
    packed = make.png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(60_000_000)))
    gif = make.save(make.corners((96, 64)), "GIF")
    comment = b"!\xfe" + (b"\xff" + b"c" * 255) * 50_000 + b"\0"
    at = gif.index(b",")
    started = time.perf_counter()
    normalise(png[:-12] + packed * 20 + png[-12:], "x.png")
    normalise(gif[:at] + comment + gif[at:], "x.gif")
    assert time.perf_counter() - started < 1.0


def test_an_exif_block_of_overlapping_entries_costs_nothing() -> None:
    """65,000 entries that each claim the same megabyte: a reader that copies values would fill the memory."""
    entries = b"".join(struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(1000, 6000))
    block = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 5000) + entries
    jpeg = make.save(make.corners((96, 64)), "JPEG")
    data = jpeg[:2] + make.jpeg_segment(0xE1, block) * 100 + jpeg[2:]
    started = time.perf_counter()
    normalise(data, "x.jpg")
    assert time.perf_counter() - started < 0.5


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    data = make.save(make.corners((96, 64)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert "passes" in fault(data[:last] + data[last:-2] * 100 + data[-2:])


def test_sizes_and_shapes_outside_the_limits() -> None:
    assert "under 16 on a side" in fault(make.save(Image.new("RGB", (15, 200)), "PNG"))
    assert "longer than 20 to 1" in fault(make.save(Image.new("RGB", (4000, 100)), "PNG"))
    assert "over the 0.01 megapixels" in fault(
        make.save(Image.new("RGB", (200, 200)), "JPEG"), PhotoLimits(file_pixels=10_000)
    )
    heavy = fault(make.save(make.corners((96, 64)), "PNG") + bytes(3_000_000), PhotoLimits(file_bytes=2_000_000))
    assert "has 3 MB, over the 2 MB a photo may have; send a smaller copy" in heavy


def test_names_are_hostile() -> None:
    assert shown_name("C:\\Users\\me\\IMG.jpg") == "“IMG.jpg”"
    assert shown_name("../../etc/passwd") == "“passwd”"
    assert shown_name("a\u202egpj.exe\x1b[31m\nb\u200b.jpg") == "“a gpj.exe [31m b .jpg”"
    assert shown_name("\n\u202e") == "A file without a name"
    shortened = shown_name("x" * 5000 + ".heic")
    assert len(shortened) == 62 and shortened.endswith("x.heic”") and "…" in shortened


# ---- nothing but PhotoError, whatever comes


def attempt(data: bytes) -> None:
    for limits in (BOUNDED, DEFAULT_LIMITS):
        try:
            photo = normalise(data, "fuzz", limits)
        except PhotoError:
            continue
        assert decoded(photo.jpeg).size == (photo.width, photo.height)


@pytest.fixture(scope="module")
def samples() -> dict[str, bytes]:
    return {
        **loaded_with_metadata(),
        "JPEG progressive": make.save(make.corners((96, 64)).convert("CMYK"), "JPEG", progressive=True),
        "PNG palette": make.save(make.corners((96, 64)).convert("P"), "PNG", transparency=0),
        "PNG 16 bits": make.save(Image.new("I;16", (96, 64), 9000), "PNG"),
        "WebP moving": make.save(
            make.corners((96, 64)), "WEBP", save_all=True, append_images=[Image.new("RGB", (96, 64))]
        ),
    }


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_cut_and_damaged_files_raise_nothing_else(samples: dict[str, bytes]) -> None:
    chance = random.Random(20)
    for data in samples.values():
        for _ in range(60):
            attempt(data[: chance.randrange(len(data))])
            flipped = bytearray(data)
            for _ in range(chance.choice((1, 3, 30))):
                flipped[chance.randrange(min(len(data), chance.choice((40, 400, len(data)))))] = chance.randrange(256)
            attempt(bytes(flipped))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(
    start=st.sampled_from(
        [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x30\0\0\0WEBP", b"\0\0\0\x18ftypheic"]
    ),
    rest=st.binary(max_size=300),
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_raise_nothing_else(start: bytes, rest: bytes) -> None:
    attempt(start + rest)


@given(st.binary(max_size=200))
def test_any_exif_gives_an_orientation(block: bytes) -> None:
    assert exif_orientation(b"Exif\0\0II*\0" + block) in range(1, 9)


# ---- many at once


def test_good_ones_go_in_and_each_bad_one_is_named(tmp_path: Path) -> None:
    good = make.save(make.corners((96, 64)), "JPEG")
    wide = make.save(make.corners((120, 64)), "PNG")
    kept = tmp_path / "kept.jpg"
    kept.write_bytes(good)
    result = ingest([("a.jpg", good), ("b.txt", b"no"), ("c.png", wide), ("d.jpg", kept), ("e.jpg", tmp_path / "gone")])
    assert [photo.width for photo in result.photos] == [96, 120, 96]
    assert len(result.problems) == 2
    assert result.problems[0].startswith("“b.txt” is not a photo")
    assert result.problems[1].startswith("“e.jpg” cannot be read (No such file or directory)")


def test_a_story_holds_twenty() -> None:
    good = make.save(make.corners((96, 64)), "JPEG")
    files = [(f"{number}.jpg", good) for number in range(1, 6)] + [("bad", b"?"), ("6.jpg", good)]
    result = ingest(files, already=16)
    assert len(result.photos) == 4
    named = "\n".join(result.problems)
    assert "“5.jpg” was left out: a story holds 20 photos; remove one first." in named
    assert "“6.jpg” was left out" in named and "“bad”" in named and "“4.jpg”" not in named
    assert ingest(files[:1], already=20).photos == []


def test_a_request_has_a_limit() -> None:
    good = make.save(make.corners((96, 64)), "JPEG")
    limits = PhotoLimits(request_bytes=2 * len(good))
    result = ingest([(f"{number}.jpg", good) for number in range(3)], limits=limits)
    assert len(result.photos) == 2
    assert result.problems[0].startswith("“2.jpg” was left out: files sent together may have")


def test_order_holds_while_several_are_decoded_at_once() -> None:
    sizes = [(32 + 7 * number, 600 if number % 3 else 40) for number in range(18)]
    files = [(f"{number}.png", make.save(Image.new("RGB", size), "PNG")) for number, size in enumerate(sizes)]
    result = ingest(files)
    assert [(photo.width, photo.height) for photo in result.photos] == sizes


def test_threads_agree_and_pillow_stays_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    data = [make.save(make.corners((200 + number, 150)), kind) for number, kind in enumerate(make.FORMATS)]
    wanted = [normalise(one, "x") for one in data]
    found: list[Ingest] = []
    work = [threading.Thread(target=lambda: found.append(ingest([("x", one) for one in data]))) for _ in range(6)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert [one.photos for one in found] == [wanted] * 6
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


@given(st.integers(16, 400), st.integers(16, 400), st.integers(1024, 120_000))
@settings(max_examples=60, deadline=None)
def test_shrink_keeps_to_the_area_and_the_shape(width: int, height: int, most: int) -> None:
    jpeg = make.save(Image.new("RGB", (width, height), "teal"), "JPEG")
    small = shrink(jpeg, most)
    image = decoded(small)
    assert image.width * image.height <= most
    if width * height <= most:
        assert small == jpeg
    if image.width > 8 and image.height > 8:
        assert image.width / image.height == pytest.approx(width / height, rel=0.2)


def test_shrink_refuses_what_is_no_photo() -> None:
    with pytest.raises(PhotoError, match="normalise it first"):
        shrink(b"nothing", 1000)


def test_the_release_goes_in(release: Path) -> None:
    files = [(path.name, path) for path in sorted(release.rglob("*.jpg"))]
    assert files
    for at in range(0, len(files), 20):
        result = ingest(files[at : at + 20])
        assert len(result.photos) == len(files[at : at + 20]) and result.problems == []
