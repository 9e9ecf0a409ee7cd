"""What the browser reaches beside Gradio: photos in and out of memory, saved stories, health, the operator's sign-in.

Photos are posted here one file a request, as a plain body, and go straight into memory: Gradio's own upload route would
write them to disk first, so it is closed.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.identity import OPERATOR_COOKIE, OPERATOR_COOKIE_SECONDS, RATER_COOKIE, RATER_COOKIE_SECONDS, Asked
from app.visits import VisitPhoto
from core.errors import PhotoError, SporcVistError
from core.photos import shown_name

if TYPE_CHECKING:
    from app.services import Services

log = logging.getLogger(__name__)

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
)
"""Keeps the page from asking any other host for anything, whatever a library would like to load."""

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(services: "Services") -> list[BaseRoute]:
    """Everything but the Gradio pages themselves."""
    pages = _Pages(services)
    return [
        Route("/healthz", pages.health),
        Route("/visit/{token}/photos", _said(pages.add_photo), methods=["POST"]),
        Route("/visit/{token}/photos/{photo}", _said(pages.remove_photo), methods=["DELETE"]),
        Route("/visit/{token}/photos/{photo}.jpg", _said(pages.photo)),
        Route("/visit/{token}/order", _said(pages.arrange), methods=["POST"]),
        Route("/visit/{token}/story.{form}", _said(pages.saved)),
        Route("/trial/{trial}/{number:int}.jpg", _said(pages.trial_photo)),
        Route("/operator/export.zip", _said(pages.export)),
        Route("/operator/backup", _said(pages.backup)),
        Route("/operator/sign-in", pages.sign_in, methods=["POST"]),
        Route("/operator/sign-out", pages.sign_out, methods=["POST"]),
    ]


def middleware(services: "Services") -> list[Middleware]:
    return [Middleware(Guard, services=services)]


class _Pages:
    """The routes' handlers."""

    def __init__(self, services: "Services") -> None:
        self.services = services
        self.visits = services.visits

    async def health(self, _request: Request) -> Response:
        try:
            await run_in_threadpool(self.services.store.check)
        except SporcVistError as error:
            log.error("health: %s", error)
            return JSONResponse({"status": "failed"}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def add_photo(self, request: Request) -> Response:
        token, name = request.path_params["token"], request.query_params.get("name", "photo")
        data = await _body(request, self.visits.limits.file_bytes, name)
        place = float(request.query_params.get("place", "0"))
        await run_in_threadpool(self.visits.add, token, name, data, place)
        return self._photos(token)

    async def remove_photo(self, request: Request) -> Response:
        self.visits.remove(request.path_params["token"], request.path_params["photo"])
        return self._photos(request.path_params["token"])

    async def arrange(self, request: Request) -> Response:
        ids = json.loads(await _body(request, 100_000, "the order"))
        self.visits.arrange(request.path_params["token"], [str(one) for one in ids])
        return self._photos(request.path_params["token"])

    async def photo(self, request: Request) -> Response:
        found = self.visits.photo(request.path_params["token"], request.path_params["photo"])
        if found is None:
            return PlainTextResponse("no such photo", status_code=404)
        return Response(found.photo.jpeg, media_type="image/jpeg", headers={"cache-control": "no-store"})

    async def saved(self, request: Request) -> Response:
        saved = self.visits.saved(request.path_params["token"])
        form = request.path_params["form"]
        if saved is None or form not in {"txt", "html"}:
            return PlainTextResponse("Vote first: the file says which system wrote which side.", status_code=404)
        kind = "text/plain" if form == "txt" else "text/html"
        headers = {
            "content-disposition": f'attachment; filename="podcast-ai-generated.{form}"',
            "cache-control": "no-store",
        }
        return Response(saved.text if form == "txt" else saved.html, media_type=kind, headers=headers)

    async def trial_photo(self, request: Request) -> Response:
        trial, number = request.path_params["trial"], request.path_params["number"]
        path: Path | None = await run_in_threadpool(self.services.trial_photo, trial, number)
        if path is None:
            return PlainTextResponse("no such photo", status_code=404)
        return FileResponse(path, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})

    async def export(self, request: Request) -> Response:
        self.services.identity.require_operator(Asked.of(request))
        body = await run_in_threadpool(self.services.export_zip)
        headers = {"content-disposition": 'attachment; filename="sporc-vist-votes.zip"', "cache-control": "no-store"}
        return Response(body, media_type="application/zip", headers=headers)

    async def backup(self, request: Request) -> Response:
        self.services.identity.require_operator(Asked.of(request))
        path = await run_in_threadpool(self.services.backup)
        gone = BackgroundTask(path.unlink)
        return FileResponse(path, filename=path.name, background=gone, headers={"cache-control": "no-store"})

    async def sign_in(self, request: Request) -> Response:
        fields = parse_qs((await _body(request, 10_000, "the form")).decode(errors="replace"))
        cookie = self.services.identity.operator_cookie(fields.get("token", [""])[0])
        if cookie is None:
            return RedirectResponse("../operator?wrong=1", status_code=303)
        answer = RedirectResponse("../operator/", status_code=303)
        answer.set_cookie(
            OPERATOR_COOKIE,
            cookie,
            max_age=OPERATOR_COOKIE_SECONDS,
            httponly=True,
            **_cookie_rules(_is_https(request.scope)),
        )
        return answer

    async def sign_out(self, _request: Request) -> Response:
        answer = RedirectResponse("../operator", status_code=303)
        answer.delete_cookie(OPERATOR_COOKIE)
        return answer

    def _photos(self, token: str) -> JSONResponse:
        return JSONResponse({"photos": [photo_view(token, photo) for photo in self.visits.photos(token)]})


def photo_view(token: str, photo: VisitPhoto) -> dict[str, str]:
    """What the page knows of a photo: an opaque id and where to fetch it."""
    return {"id": photo.id, "src": f"visit/{token}/photos/{photo.id}.jpg"}


def _said(endpoint: Endpoint) -> Endpoint:
    """Errors a person can cause become one line of JSON."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except PhotoError as error:
            return JSONResponse({"problem": str(error)}, status_code=422)
        except SporcVistError as error:
            return JSONResponse({"problem": str(error)}, status_code=404)
        except (ValueError, UnicodeDecodeError):
            return JSONResponse({"problem": "The request could not be read."}, status_code=400)

    return answer


async def _body(request: Request, most: int, name: str) -> bytes:
    """The body, in memory, refused as soon as it passes `most` bytes."""
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        if len(held) > most:
            raise PhotoError(f"{shown_name(name)}: larger than {most // 1_000_000} MB; save it smaller and try again.")
    return bytes(held)


class Guard:
    """Around every request: the rater's cookie, the content policy, the closed upload route, the operator's page."""

    def __init__(self, app: Any, services: "Services") -> None:
        self.app = app
        self.services = services

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        cookie = self._new_cookie(scope)

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", CONTENT_POLICY)
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("referrer-policy", "same-origin")
                if cookie and headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _refusal(self, scope: Any) -> Response | None:
        path = scope["path"]
        if path.rstrip("/").endswith("/gradio_api/upload"):
            return JSONResponse({"problem": "Photos are added on the page itself."}, status_code=404)
        if path.startswith("/operator") and not path.startswith(("/operator/sign-in", "/operator/sign-out")):
            try:
                self.services.identity.require_operator(Asked.of(Request(scope)))
            except SporcVistError as error:
                return self._sign_in_page(scope, str(error))
        return None

    def _sign_in_page(self, scope: Any, why: str) -> Response:
        from app.operator_page import sign_in_page

        wrong = b"wrong" in scope.get("query_string", b"")
        page = sign_in_page(self.services.identity.wants_token, why, wrong)
        return Response(
            page, media_type="text/html", status_code=401, headers={"content-security-policy": CONTENT_POLICY}
        )

    def _new_cookie(self, scope: Any) -> str | None:
        if scope["method"] != "GET" or self.services.identity.rater_name(Asked.of(Request(scope))) is not None:
            return None
        rules = _cookie_rules(_is_https(scope))
        value = self.services.identity.new_rater_cookie()
        carrier = Response()
        carrier.set_cookie(RATER_COOKIE, value, max_age=RATER_COOKIE_SECONDS, httponly=True, **rules)
        return carrier.headers["set-cookie"]


def _is_https(scope: Any) -> bool:
    forwarded = dict(scope["headers"]).get(b"x-forwarded-proto", b"")
    return scope.get("scheme") == "https" or forwarded.split(b",")[0].strip() == b"https"


def _cookie_rules(https: bool) -> dict[str, Any]:
    """Inside another site's frame, as on a Space, only a secure cross-site cookie comes back."""
    return {"samesite": "none", "secure": True} if https else {"samesite": "lax", "secure": False}
