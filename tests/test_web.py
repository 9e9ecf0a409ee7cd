"""The routes beside Gradio, and what a raw post to the operator's queue gets."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from app import main as pages
from app.identity import OPERATOR_COOKIE, RATER_COOKIE
from app.services import Services, open_services
from app.visits import SavedTelling
from core.settings import Environment, load_models
from tests.serving import ROOT

Page = TypeVar("Page")


def make_services(folder: Path, **environment: str) -> Services:
    return open_services(load_models(ROOT / "models.yaml"), Environment.read(environment, folder))


def built(make: Callable[..., Page], services: Services) -> Page:
    """A page made where an event loop runs; elsewhere Gradio makes loops of its own that nobody closes."""

    async def in_loop() -> Page:
        return make(services)

    return asyncio.run(in_loop())


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = make_services(tmp_path_factory.mktemp("data"), ADMIN_TOKEN="open sesame")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(built(pages.create_server, services), follow_redirects=False) as opened:
        yield opened


def jpeg(width: int = 80) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, 60), (200, 120, 40)).save(out, "JPEG", exif=b"Exif\x00\x00SECRET PLACE")
    return out.getvalue()


def test_photos_go_in_and_come_out_without_metadata(client: TestClient, services: Services) -> None:
    token = services.visits.open()
    for place, width in ((1, 80), (0, 120)):
        said = client.post(f"/visit/{token}/photos?place={place}&name=p{place}.jpg", content=jpeg(width))
        assert said.status_code == 200
    first, second = said.json()["photos"]
    picture = client.get("/" + first["src"])
    assert Image.open(io.BytesIO(picture.content)).size == (120, 60)
    assert b"SECRET" not in picture.content
    assert picture.headers["cache-control"] == "no-store"
    ids = [second["id"], first["id"]]
    assert [one["id"] for one in client.post(f"/visit/{token}/order", content=json.dumps(ids)).json()["photos"]] == ids
    left = client.delete(f"/visit/{token}/photos/{first['id']}").json()["photos"]
    assert [one["id"] for one in left] == [second["id"]]


def test_what_cannot_be_used_is_said_in_one_line(client: TestClient, services: Services) -> None:
    token = services.visits.open()
    bad = client.post(f"/visit/{token}/photos?name=cat.pdf", content=b"%PDF-1.7")
    assert bad.status_code == 422
    assert "cat.pdf" in bad.json()["problem"]
    large = client.post(
        f"/visit/{token}/photos?name=huge.jpg", content=b"\xff\xd8" + bytes(services.visits.limits.file_bytes)
    )
    assert large.status_code == 422
    assert "huge.jpg" in large.json()["problem"]
    gone = client.post("/visit/unknown/photos?name=a.jpg", content=jpeg())
    assert (gone.status_code, "Reload" in gone.json()["problem"]) == (404, True)
    assert client.post(f"/visit/{token}/order", content=b"{not json").status_code == 400
    assert client.post(f"/visit/{token}/photos?place=x", content=jpeg()).status_code == 400
    assert services.visits.photos(token) == ()


def test_gradios_upload_is_closed(client: TestClient) -> None:
    for path in ("/gradio_api/upload", "/gradio_api/upload/", "/operator/gradio_api/upload"):
        assert client.post(path, files={"files": ("a.jpg", jpeg())}).status_code == 404


def test_pages_carry_the_policy_and_a_signed_cookie(client: TestClient) -> None:
    client.cookies.clear()
    page = client.get("/")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    cookie = page.headers["set-cookie"]
    assert cookie.startswith(RATER_COOKIE)
    assert "HttpOnly" in cookie
    assert "set-cookie" not in client.get("/").headers, "the cookie is kept"
    client.cookies.clear()
    secure = client.get("/", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert "Secure" in secure
    assert "samesite=none" in secure.lower()


def test_a_story_is_saved_only_after_the_vote(client: TestClient, services: Services) -> None:
    token = services.visits.open()
    assert client.get(f"/visit/{token}/story.txt").status_code == 404
    services.visits.save(token, SavedTelling("words", "<p>words"))
    for form, body in (("txt", "words"), ("html", "<p>words")):
        answer = client.get(f"/visit/{token}/story.{form}")
        assert (answer.status_code, answer.text) == (200, body)
        assert answer.headers["content-disposition"] == f'attachment; filename="podcast-ai-generated.{form}"'
    assert client.get(f"/visit/{token}/story.exe").status_code == 404
    services.visits.save(token, None)
    assert client.get(f"/visit/{token}/story.txt").status_code == 404, "a new story is being told"


def test_no_trial_gives_no_photo(client: TestClient) -> None:
    assert client.get("/trial/trial-made-up/1.jpg").status_code == 404


OPERATOR_PAGES = ("/operator", "/operator/", "/operator/config", "/operator/export.zip", "/operator/backup")


@pytest.mark.parametrize("path", OPERATOR_PAGES)
def test_the_operators_pages_ask_for_the_token(client: TestClient, path: str) -> None:
    client.cookies.clear()
    answer = client.get(path)
    assert answer.status_code == 401
    assert "Sign in" in answer.text
    assert "Campaign" not in answer.text.replace("Campaigns, runs", "")


def test_the_token_opens_them(client: TestClient) -> None:
    client.cookies.clear()
    wrong = client.post("/operator/sign-in", content="token=guess")
    assert wrong.status_code == 303
    assert OPERATOR_COOKIE not in client.cookies
    assert client.post("/operator/sign-in", content="token=open+sesame").headers["location"].endswith("operator/")
    assert client.get("/operator/").status_code == 200
    names = zipfile.ZipFile(io.BytesIO(client.get("/operator/export.zip").content)).namelist()
    assert {"votes.csv", "pairs.csv"} <= set(names)
    assert client.get("/operator/backup").content.startswith(b"SQLite format 3")
    assert client.get("/operator/", headers={"origin": "https://elsewhere.example"}).status_code == 401
    client.post("/operator/sign-out")
    assert client.get("/operator/").status_code == 401


def raw_call(client: TestClient, prefix: str, function: int, inputs: list[Any]) -> dict[str, Any]:
    """What a hand-made post to Gradio's queue brings back."""
    body = {"data": inputs, "fn_index": function, "session_hash": f"raw{function}"}
    joined = client.post(f"{prefix}gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        return {"refused": joined.status_code}
    stream = client.get(f"{prefix}gradio_api/queue/data?session_hash=raw{function}").text
    events = [json.loads(found) for found in re.findall(r"^data: (.*)$", stream, re.MULTILINE)]
    return next(event for event in events if event["msg"] == "process_completed")


def functions(page: gr.Blocks) -> dict[int, int]:
    """Every function of the page with the number of its inputs."""
    return {number: len(function.inputs) for number, function in page.fns.items()}


def test_raw_posts_to_the_operators_queue_are_refused(client: TestClient, services: Services) -> None:
    client.cookies.clear()
    page = built(pages.build_operator_app, services)
    assert len(functions(page)) >= 14, "campaigns and training"
    for number, inputs in functions(page).items():
        assert raw_call(client, "/operator/", number, [None] * inputs) == {"refused": 401}


def operator_page_without_a_guard(services: Services) -> tuple[gr.Blocks, FastAPI]:
    bare = FastAPI()
    page = pages.build_operator_app(services)
    gr.mount_gradio_app(bare, page, path="/operator/", **pages.PAGE)
    return page, bare


def test_every_handler_checks_again_should_the_door_stand_open(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    check = services.identity.require_operator

    def counted(request: Any) -> None:
        asked.append(True)
        check(request)

    monkeypatch.setattr(services.identity, "require_operator", counted)
    page, bare = built(operator_page_without_a_guard, services)
    with TestClient(bare) as unguarded:
        for number, inputs in functions(page).items():
            body = {"data": [None] * inputs, "fn_index": number, "session_hash": "raw"}
            answer = unguarded.post("/operator/gradio_api/run/predict", json=body)
            assert answer.status_code >= 400, f"function {number} ran: {answer.text}"
            assert raw_call(unguarded, "/operator/", number, [None] * inputs)["success"] is False
    assert len(asked) == 2 * len(functions(page)), "each was refused by the check and by nothing else"


def test_visitors_receive_nothing_of_the_operators_page(client: TestClient) -> None:
    client.cookies.clear()
    config = client.get("/config").text
    page = client.get("/").text
    for part in (
        "Bring in a run",
        "backup",
        "New run",
        "See the plan",
        "Training data",
        "stop-run",
        "qwen3-vl-32b.yaml",
    ):
        assert part not in config
        assert part not in page
