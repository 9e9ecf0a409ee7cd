"""The operator's Campaigns tab: campaigns, runs to bring in, exports and backups; and the head of the page.

Every handler calls `require_operator` itself: a handler of a Gradio app can be reached by a raw post to its queue.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from app import render, tables, theme
from app.services import Services
from core.errors import NotAllowed, SporcVistError

SIGN_OUT = '<form method="post" action="/operator/sign-out"><button>Sign out</button></form>'
SYSTEM_HEADERS = ["Label", "Id", "Kind", "Model", "Compared"]
HEADERS = ["Campaign", "Pairs", "Votes", "State", "Names told after a vote", "Wording"]


def guarded(services: Services, handler: Callable[..., Any]) -> Callable[..., Any]:
    """The handler, refused to anybody but the operator. `request` must be its last argument."""

    @functools.wraps(handler)
    def checked(*arguments: Any) -> Any:
        request = arguments[-1]
        if request is None:
            raise gr.Error("This is for the operator.", print_exception=False)
        try:
            services.identity.require_operator(services.asked(request))
        except NotAllowed as refusal:
            raise gr.Error(str(refusal), print_exception=False) from None
        return handler(*arguments)

    return checked


def head(services: Services) -> None:
    """Above the tabs."""
    out = SIGN_OUT if services.identity.wants_token else ""
    theme.html(
        '<div class="vist operator-head"><h1>Operator</h1>'
        f'<div class="links"><a href="/">To the visitors\' page</a>{out}</div></div>'
    )


def build(services: Services, page: gr.Blocks) -> None:
    said = theme.html()
    with gr.Row(elem_classes="level"):
        campaign = gr.Dropdown([], label="Campaign", info="Open: raters get pairs. Closed: no more votes.", scale=3)
        open_ = gr.Button("Open it", scale=1)
        close = gr.Button("Close it", scale=1)
    table = theme.html()
    with gr.Row(elem_classes="level"):
        folder = gr.Textbox(
            label="Bring in a run",
            info="A run folder on this server, as `python -m core import-release` or `generate` makes it.",
            placeholder="runs/paper",
            scale=4,
        )
        load = gr.Button("Bring it in", variant="primary", scale=1)
    theme.html(
        '<div class="vist prose"><h2>Take away</h2>'
        '<p><a href="/operator/export.zip" download>Votes and pairs as CSV (zip)</a><br>'
        '<a href="/operator/backup" download>A backup of the database</a></p><h2>Systems</h2></div>'
    )
    systems = tables.table("Systems", SYSTEM_HEADERS, _systems(services), empty="models.yaml names no system.")
    theme.html(f'<div class="vist">{systems}</div>')

    def refresh(request: gr.Request) -> list[Any]:
        return _refresh(services, "")

    def set_open(slug: str | None, request: gr.Request) -> list[Any]:
        return _set_open(services, slug, True)

    def set_closed(slug: str | None, request: gr.Request) -> list[Any]:
        return _set_open(services, slug, False)

    def bring_in(given: str, request: gr.Request) -> list[Any]:
        return _bring_in(services, given)

    outputs = [said, campaign, table]
    page.load(guarded(services, refresh), None, outputs, **theme.QUICK)
    open_.click(guarded(services, set_open), [campaign], outputs, **theme.QUICK)
    close.click(guarded(services, set_closed), [campaign], outputs, **theme.QUICK)
    load.click(guarded(services, bring_in), [folder], outputs, api_visibility="private", queue=False)


def _refresh(services: Services, line: str, kind: str = "good") -> list[Any]:
    campaigns = services.store.campaigns()
    rows = [
        [
            one.title,
            one.pairs,
            one.votes,
            "open" if one.is_open else "closed",
            "yes" if one.reveal else "no",
            one.wording,
        ]
        for one in campaigns
    ]
    choices = [(one.title, one.slug) for one in campaigns]
    said = f'<div class="vist">{render.notice(line, kind=kind)}</div>'
    shown = tables.table("Campaigns", HEADERS, rows, empty="No campaign yet. Bring in a run below.")
    return [said, gr.update(choices=choices), f'<div class="vist">{shown}</div>']


def _set_open(services: Services, slug: str | None, is_open: bool) -> list[Any]:
    if not slug:
        return _refresh(services, "Choose a campaign first.", "bad")
    services.store.set_campaign(slug, is_open=is_open)
    return _refresh(services, "The campaign is open." if is_open else "The campaign is closed. No vote was touched.")


def _bring_in(services: Services, given: str) -> list[Any]:
    from core.runs import Run

    if not given.strip():
        return _refresh(services, "Give the path of a run folder.", "bad")
    try:
        run = Run.open(Path(given.strip()).expanduser())
        report = services.store.load_run(run, labels=run.labels())
    except SporcVistError as error:
        return _refresh(services, str(error), "bad")
    line = (
        f"{report.stories} stories, {report.transcripts} transcripts, {report.pairs} pairs "
        f"({report.added.get('pairs', 0)} new). {report.missing_photos} photos missing, "
        f"{report.failures} transcripts unusable, {report.not_shareable} stories not shareable."
    )
    return _refresh(services, line)


def _systems(services: Services) -> list[list[str]]:
    compared = set(services.models.compared)
    return [
        [
            one.label,
            one.id,
            one.kind,
            getattr(one, "model", getattr(one, "run", "")),
            "yes" if one.id in compared else "",
        ]
        for one in services.models.systems
    ]
