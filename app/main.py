"""The app: tabs put together, and the server around them. Tabs meet only here."""

import os
from collections.abc import Callable
from typing import Any

# Before Gradio is imported: no call home, and no summary table built after every event.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "100000")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from app import theme, web
from app.services import Services
from app.tabs import about, compare, operator, train, vote

PAGE: dict[str, Any] = {
    "footer_links": [],
    "run_history": False,
    "enable_monitoring": False,
    "show_error": False,
    "ssr_mode": False,
}
"""Shared by both pages and by the Space: nothing at the foot, no history of runs in the browser, no error text."""


def build_app(services: Services) -> gr.Blocks:
    """The page for visitors and raters."""
    with gr.Blocks(title=theme.TITLE, analytics_enabled=False) as demo:
        visit = gr.State("")
        theme.html(f'<div class="vist"><h1>{theme.TITLE}</h1><p class="lead">{theme.TAGLINE}</p></div>')
        with gr.Tabs():
            with gr.Tab("Compare", id="compare"):
                comparing = compare.build(services, visit)
            with gr.Tab("Vote", id="vote") as vote_tab:
                voting = vote.build(services, visit)
            with gr.Tab("About", id="about"):
                about.build()
        opened = demo.load(comparing.open_page, None, comparing.outputs, **theme.QUICK)
        opened.then(None, js=vote.REFRESH_IF_EMPTY, api_visibility="private")
        demo.unload(_leaver(services))
        for event in (vote_tab.select, voting.refresh_button.click):
            event(voting.refresh, [visit], voting.outputs, **theme.QUICK)
    return demo


def build_operator_app(services: Services) -> gr.Blocks:
    """The operator's page, served apart so that visitors receive nothing of it."""
    with gr.Blocks(title=f"{theme.TITLE} · Operator", analytics_enabled=False) as demo:
        operator.head(services)
        with gr.Tabs():
            with gr.Tab("Campaigns", id="campaigns"):
                operator.build(services, demo)
            with gr.Tab("Train", id="train") as train_tab:
                training = train.build(services, operator.guarded)
        train_tab.select(training.refresh, None, training.outputs, **theme.QUICK)
    return demo


def create_server(services: Services) -> FastAPI:
    """Everything behind one address: routes first, then the operator's page, then the visitors' at the root."""
    server = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        routes=web.routes(services),
        middleware=web.middleware(services),
    )
    look: dict[str, Any] = {"theme": theme.theme(), "head": theme.head()}

    @server.get("/operator")
    def operator_without_slash() -> RedirectResponse:
        return RedirectResponse("operator/")

    operators: dict[str, Any] = {**look, "head": theme.head("operator.css")}
    gr.mount_gradio_app(server, build_operator_app(services), path="/operator/", **PAGE, **operators)
    gr.mount_gradio_app(server, build_app(services), path="/", **PAGE, **look)
    return server


def _leaver(services: Services) -> Callable[[gr.Request], None]:
    def leave(request: gr.Request) -> None:
        services.leave_visit(request)

    return leave
