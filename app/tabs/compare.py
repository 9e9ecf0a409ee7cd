"""A visitor's screen: photos in, two dialogues side by side under one clock, a blind vote, then the names.

Nothing that reaches the browser before the vote tells the sides apart: see app.telling for the pace they share.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from app import render, theme
from app.pairs import PairView, photo_views
from app.reveal import reveal_html
from app.services import Services
from app.telling import Frame, Telling
from core.errors import SporcVistError
from core.records import Answer

QUESTION = "Which sounds more like people talking?"
ANSWERS = ((Answer.LEFT, "Left"), (Answer.RIGHT, "Right"), (Answer.TIE, "About the same"), (Answer.BOTH_BAD, "Neither"))
SHOW_REVEAL = "() => document.getElementById('reveal')?.scrollIntoView({ behavior: 'smooth', block: 'nearest' })"
KEEP = "Also keep my photos and both dialogues for research"
READY = "<p>Press <strong>Tell the story</strong> and both sides begin to write.</p>"


@dataclass(frozen=True)
class Screen:
    """Everything below the controls, at one moment."""

    left: str
    right: str
    status: str = ""
    writing: bool = False
    retry: tuple[bool, bool] = (False, False)
    trial: str = ""
    """The opaque id of the trial that may be answered; empty hides the buttons."""
    reveal: str = ""
    mode: str = "own"

    def values(self) -> list[Any]:
        """In the order of Handles.outputs."""
        return [
            _status(self.status),
            gr.update(visible=self.writing),
            self.left,
            self.right,
            gr.update(visible=self.retry[0]),
            gr.update(visible=self.retry[1]),
            gr.update(visible=bool(self.trial)),
            self.trial,
            self.reveal,
            gr.update(interactive=not self.writing),
            self.mode,
        ]


@dataclass(frozen=True)
class Handles:
    """What main wires to the page's load."""

    open_page: Callable[..., Any]
    outputs: list[Any] = field(default_factory=list)


def build(services: Services, visit: gr.State) -> Handles:
    """Wire the tab; `visit` receives the page's visit token."""
    if services.notice:
        theme.html(f'<div class="vist"><p class="ribbon">{render.escape(services.notice)}</p></div>')
    with gr.Row(elem_id="consent"):
        theme.html(f'<div class="vist consent">{services.consent_line()}</div>')
        keep = gr.Checkbox(label=KEEP, value=False, container=False, elem_id="keep")
    picker = theme.html(
        None,
        html_template='<div class="vist picker"></div>',
        js_on_load="window.sporcPicker(element, props, trigger, watch)",
        elem_id="picker",
    )
    with gr.Row(elem_id="samples") as samples:
        theme.html('<div class="vist hint" style="padding-top:.5rem">or try a sample:</div>', min_width=110, scale=0)
        sample_buttons = {
            story: gr.Button(title, size="sm", variant="secondary", scale=0, min_width=120)
            for story, title in services.samples.items()
        }
    with gr.Row(equal_height=False, elem_id="controls"):
        length = gr.Dropdown(
            services.lengths(), value=services.default_length, label="Length", filterable=False, scale=3, min_width=150
        )
        style = gr.Dropdown(
            services.styles(), value=services.default_style, label="Style", filterable=False, scale=3, min_width=150
        )
        tell = gr.Button("Tell the story", variant="primary", elem_id="tell", scale=2, min_width=200)
    with gr.Row(elem_id="stage-head"):
        status = theme.html(elem_id="status", scale=8)
        stop = gr.Button("Stop", visible=False, size="sm", elem_id="stop", scale=0, min_width=100)
    with gr.Row(elem_id="stage"):
        with gr.Column(min_width=300):
            left = theme.html(elem_id="left")
            retry_left = gr.Button("Try this side again", visible=False, size="sm", elem_id="retry-left")
        with gr.Column(min_width=300):
            right = theme.html(elem_id="right")
            retry_right = gr.Button("Try this side again", visible=False, size="sm", elem_id="retry-right")
    bar, buttons = _vote_bar()
    trial = gr.Textbox(visible="hidden", elem_id="compare-trial", label="Trial", interactive=True)
    reveal = theme.html(elem_id="reveal")
    mode = gr.State("sample")
    screen = [status, stop, left, right, retry_left, retry_right, bar, trial, reveal, tell, mode]

    def open_page(request: gr.Request) -> list[Any]:
        return _open_page(services, request)

    def show_sample(story: str) -> Callable[..., list[Any]]:
        def show(token: str, request: gr.Request) -> list[Any]:
            return _sample(services, token, request, story)

        return show

    def photos_changed(token: str, now: str) -> list[Any]:
        return _photos_changed(services, token, now, len(screen))

    def write(token: str, length_: str, style_: str, keep_: bool, request: gr.Request) -> Iterator[list[Any]]:
        yield from _write(services, token, request, length_, style_, keep_)

    def again(side: int) -> Callable[..., Iterator[list[Any]]]:
        def write_again(token: str, request: gr.Request) -> Iterator[list[Any]]:
            yield from _write_again(services, token, request, side)

        return write_again

    def press(answer: Answer) -> Callable[..., list[Any]]:
        def vote(trial_id: str, token: str, request: gr.Request) -> list[Any]:
            return _vote(services, token, request, trial_id, answer)

        return vote

    for story, button in sample_buttons.items():
        button.click(show_sample(story), [visit], [picker, *screen], **theme.QUICK)
    picker.change(photos_changed, [visit, mode], [samples, *screen], **theme.QUICK)
    long: dict[str, Any] = {
        "show_progress": "hidden",
        "api_visibility": "private",
        "trigger_mode": "multiple",  # else a run that Stop cancelled counts as pending and swallows the next press
        "concurrency_id": "writers",
        "concurrency_limit": services.visitors_at_once,
    }
    runs: list[Any] = [
        tell.click(write, [visit, length, style, keep], screen, **long),
        retry_left.click(again(0), [visit], screen, **long),
        retry_right.click(again(1), [visit], screen, **long),
    ]
    stop.click(_stopped, None, [status, stop, tell], cancels=runs, **theme.QUICK)
    for answer, button in buttons.items():
        voted = button.click(press(answer), [trial, visit], [bar, reveal, status], **theme.QUICK)
        voted.then(None, js=SHOW_REVEAL, api_visibility="private")
    return Handles(open_page, [visit, picker, *screen])


def _vote_bar() -> tuple[gr.Column, dict[Answer, gr.Button]]:
    """The question and its four answers, hidden until both sides are finished."""
    with gr.Column(visible=False, elem_id="compare-vote") as bar:
        theme.html(f'<div class="vist"><p class="question">{QUESTION}</p></div>')
        with gr.Row(elem_classes="answers"):
            buttons = {
                answer: gr.Button(label, elem_id=f"compare-{answer}", min_width=100) for answer, label in ANSWERS
            }
    return bar, buttons


def _status(text: str) -> str:
    return f'<div class="vist clock" role="status">{text}</div>'


def _empty(services: Services) -> Screen:
    body = f'<div class="hint">{READY}</div>{render.waiting()}'
    return Screen(render.side("Left", body), render.side("Right", body))


def _open_page(services: Services, request: Any) -> list[Any]:
    token = services.open_visit(request)
    first = next(iter(services.samples), None)
    if first is None:
        return [token, services.picker_value(token), *_empty(services).values()]
    return [token, *_sample(services, token, request, first)]


def _sample(services: Services, token: str, request: Any, story: str) -> list[Any]:
    try:
        view = services.open_sample(story, services.rater(token, request))
    except SporcVistError as error:
        blank = _empty(services)
        return [services.picker_value(token), *Screen(blank.left, blank.right, render.escape(str(error))).values()]
    screen = Screen(
        _finished("Left", view.left),
        _finished("Right", view.right),
        "A finished sample, made for this page. Read both sides, then say which sounds more like people talking.",
        trial=view.trial_id,
        mode="sample",
    )
    return [services.picker_value(token, sample=_sample_pictures(view)), *screen.values()]


def _sample_pictures(view: PairView) -> dict[str, Any]:
    pictures = [
        {"src": one.source, "alt": one.alt, "about": " · ".join(part for part in (one.credit, one.licence) if part)}
        for one in photo_views(view)
    ]
    return {"title": view.title, "pictures": pictures}


def _finished(name: str, turns: Any) -> str:
    return render.side(name, render.dialogue(turns))


def _photos_changed(services: Services, token: str, mode: str, outputs: int) -> list[Any]:
    try:
        count = len(services.visits.photos(token))
    except SporcVistError:
        count = 0
    samples = gr.update(visible=count == 0)
    if mode == "sample" and count > 0:
        return [samples, *_empty(services).values()]
    return [samples, *[gr.skip()] * outputs]


def _write(services: Services, token: str, request: Any, length: str, style: str, keep: bool) -> Iterator[list[Any]]:
    try:
        telling = services.begin(token, length, style, keep)
    except SporcVistError as error:
        blank = _empty(services)
        yield Screen(blank.left, blank.right, render.notice(str(error), kind="bad")).values()
        return
    yield from _follow(services, token, request, telling, telling.run())


def _write_again(services: Services, token: str, request: Any, side: int) -> Iterator[list[Any]]:
    telling = services.telling(token)
    if telling is not None:
        yield from _follow(services, token, request, telling, telling.run_again(side))


def _follow(
    services: Services, token: str, request: Any, telling: Telling, frames: Iterator[Frame]
) -> Iterator[list[Any]]:
    """Show each frame; after the last one open the trial, so the buttons appear."""
    frame = None
    for frame in frames:
        if services.telling(token) is not telling:
            return  # a newer press has taken the screen
        yield _frame_screen(frame).values()
    if frame is None:
        return
    trial = ""
    if telling.complete:
        try:
            trial = services.open_own_trial(token, request, telling)
        except SporcVistError as error:
            yield Screen(_side("Left", frame, 0), _side("Right", frame, 1), render.escape(str(error))).values()
            return
    yield _frame_screen(frame, trial).values()


def _frame_screen(frame: Frame, trial: str = "") -> Screen:
    if frame.writing:
        now = f"<span>{render.escape(frame.message)}</span><span>{render.clock(frame.seconds)}</span>"
        status = f'<span class="dot"></span>{now}'
    elif trial:
        status = "Both sides are finished."
    elif frame.problems == (None, None):
        status = ""
    else:
        status = "A vote needs both sides."
    failed = (frame.problems[0] is not None, frame.problems[1] is not None)
    retry = (False, False) if frame.writing else failed
    return Screen(_side("Left", frame, 0), _side("Right", frame, 1), status, frame.writing, retry, trial)


def _side(name: str, frame: Frame, side: int) -> str:
    turns, problem = frame.turns[side], frame.problems[side]
    body = render.dialogue(turns) if turns else ("" if problem else render.waiting())
    return render.side(name, body, problem=problem)


def _stopped() -> list[Any]:
    text = "Stopped. A vote needs two finished sides; press Tell the story to start again."
    return [_status(text), gr.update(visible=False), gr.update(interactive=True)]


def _vote(services: Services, token: str, request: Any, trial_id: str, answer: Answer) -> list[Any]:
    try:
        receipt = services.store.answer(trial_id, services.rater(token, request), answer)
    except SporcVistError as error:
        return [gr.update(visible=True), "", _status(render.notice(str(error), kind="bad"))]
    shown = services.reveal(token, receipt)
    said = (
        "That pair already had your answer; the first one counts."
        if receipt.already
        else "Thank you. Your vote is stored."
    )
    return [gr.update(visible=False), reveal_html(shown), _status(said)]
