"""The rater's screen: photos, two finished dialogues, one press, the next pair at once.

The page holds the trial's opaque id in a hidden field and sends it back with the answer, so a second press on a slow
line answers the pair it was meant for and never the one that came after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app import render, theme
from app.pairs import PairView, photo_views
from app.services import Services
from core.errors import SporcVistError
from core.records import Answer, Criterion

ANSWERS = {
    Answer.LEFT: "Left",
    Answer.TIE: "About the same",
    Answer.BOTH_BAD: "Neither",
    Answer.RIGHT: "Right",
    Answer.SKIP: "Skip",
}
CRITERIA = {
    Criterion.INTERRUPTIONS: ("Interruptions", "Who cuts in the way people do?"),
    Criterion.REACTION: ("Reactions", "Who reacts at once, as people do?"),
    Criterion.PHRASING: ("Phrasing", "Whose words sound spoken, not written?"),
    Criterion.PERSONALITY: ("Personality", "Where do you hear persons, not describers?"),
}
CRITERION_CHOICES = [("Left", "left"), ("About the same", "tie"), ("Right", "right")]
KEYS = {"A": "left", "B": "right", "T": "same", "N": "neither", "S": "skip"}
"""As app.js reads them."""
SWITCH = (
    '<span class="switch" role="group" aria-label="Read">'
    '<button type="button" data-jump="Left" aria-current="true">Read left</button>'
    '<button type="button" data-jump="Right">Read right</button></span>'
)
"""Shown on phones, where one dialogue stands below the other."""
EMPTY = (
    '<div class="vist"><h1>Vote on prepared pairs</h1><p class="lead">There is no pair here yet. '
    "The operator brings stories in with <code>python -m annotations load RUN</code>.</p></div>"
)
ALL_DONE = (
    '<div class="vist"><h1>That was the last pair</h1><p class="lead">You have seen every pair of this campaign. '
    "Thank you. New pairs will appear here when there are some.</p></div>"
)


@dataclass(frozen=True)
class Handles:
    """What other tabs and main need of this one."""

    refresh: Callable[..., Any]
    refresh_button: gr.Button
    outputs: list[Any]


def build(services: Services, visit: gr.State) -> Handles:
    """Wire the tab; `visit` holds the page's visit token."""
    with gr.Column(elem_id="vote-page"):
        trial = gr.Textbox(visible="hidden", elem_id="vote-trial", label="Trial", interactive=True)
        refresh_button = gr.Button("Refresh", visible="hidden", elem_id="vote-refresh")
        progress = theme.html()
        pair = theme.html()
    with gr.Column(elem_id="vote-foot", visible=False) as foot:
        receipt = theme.html('<div class="vist receipt"></div>')
        with gr.Row(elem_classes="answers"):
            buttons = {
                answer: gr.Button(label, elem_id=f"vote-{answer}", variant="secondary", min_width=60)
                for answer, label in ANSWERS.items()
            }
        with gr.Accordion("More: why? (optional)", open=False, elem_classes="more"):
            with gr.Row():
                criteria = [
                    gr.Radio(CRITERION_CHOICES, label=label, info=hint, min_width=240)
                    for label, hint in CRITERIA.values()
                ]
            reason = gr.Textbox(label="In your own words", lines=2, max_length=2000, placeholder="What decided it?")

    outputs = [trial, progress, pair, receipt, foot, reason, *criteria]

    def refresh(token: str, request: gr.Request) -> list[Any]:
        return _screen(services, services.rater(token, request), services.asked(request), "")

    def handler(answer: Answer) -> Callable[..., list[Any]]:
        # Gradio finds the request among named arguments only, so the criteria are named one by one
        def press(
            trial_id: str,
            token: str,
            why: str,
            interruptions: str | None,
            reaction: str | None,
            phrasing: str | None,
            personality: str | None,
            request: gr.Request,
        ) -> list[Any]:
            marks = (interruptions, reaction, phrasing, personality)
            return _vote(services, token, request, trial_id, answer, why, marks)

        return press

    for answer, button in buttons.items():
        button.click(
            handler(answer),
            [trial, visit, reason, *criteria],
            outputs,
            js=SCROLL_UP,
            **theme.QUICK,
        )
    return Handles(refresh, refresh_button, outputs)


REFRESH_IF_EMPTY = """() => {
    const page = document.getElementById("vote-page");
    if (page?.offsetParent && !page.querySelector("h1, [data-pair]")) document.getElementById("vote-refresh")?.click();
}"""
"""Somebody who opens the tab while the page still starts would else find it empty."""
SCROLL_UP = "(...given) => { window.scrollTo({ top: 0 }); return given; }"


def _vote(
    services: Services, token: str, request: Any, trial_id: str, answer: Answer, why: str, marks: tuple[str | None, ...]
) -> list[Any]:
    rater = services.rater(token, request)
    finer = {criterion: Answer(mark) for criterion, mark in zip(CRITERIA, marks, strict=True) if mark}
    try:
        receipt = services.store.answer(trial_id, rater, answer, reason=why or None, criteria=finer)
    except SporcVistError as error:
        return _screen(services, rater, services.asked(request), str(error))
    return _screen(services, rater, services.asked(request), _receipt_line(answer, receipt))


def _receipt_line(answer: Answer, receipt: Any) -> str:
    if receipt.already:
        return "That pair already had your answer; the first one counts."
    said = "Skipped." if answer is Answer.SKIP else f"Stored: {ANSWERS[answer].lower()}."
    if receipt.reveal is None:
        return said
    return f"{said} Left was {receipt.reveal.left.label}, right was {receipt.reveal.right.label}."


def _screen(services: Services, rater: str, asked: Any, line: str) -> list[Any]:
    """Values for every output: the next pair, or what to say where there is none."""
    cleared = ["", *([None] * len(CRITERIA))]
    try:
        view = services.next_pair(rater, asked)
    except SporcVistError as error:
        return [
            "",
            "",
            f'<div class="vist">{render.notice(str(error), kind="bad")}</div>',
            "",
            gr.update(visible=False),
            *cleared,
        ]
    if view is None:
        done = services.votes_of(rater)
        body = ALL_DONE if done else EMPTY
        return ["", "", body, _receipt(line, ""), gr.update(visible=False), *cleared]
    return [
        view.trial_id,
        _progress(view),
        pair_html(view),
        _receipt(line, view.done),
        gr.update(visible=True),
        *cleared,
    ]


def _progress(view: PairView) -> str:
    left = f" · {view.remaining - 1} more after it" if view.remaining > 1 else " · the last one"
    keys = " ".join(f"<kbd>{key}</kbd> {word}" for key, word in KEYS.items())
    hint = f'<span class="keys hint">Keys: {keys}</span>'
    return f'<div class="vist receipt"><span>Pair {view.number}{left}</span>{hint}</div>'


def _receipt(line: str, done: Any) -> str:
    count = f"<span>{done} vote{'' if done == 1 else 's'} by you</span>" if done != "" else ""
    said = f'<div class="receipt" role="status" aria-live="polite"><span>{render.escape(line)}</span>{count}</div>'
    return f'<div class="vist">{said}{SWITCH}</div>'


def pair_html(view: PairView) -> str:
    """Photos, the question and both sides."""
    photos = render.pictures(photo_views(view), label="Photos of the story", captions=view.show_captions)
    missing = render.notice(view.missing) if view.missing else ""
    left = render.side("Left", render.dialogue(view.left) + "</ol>")
    right = render.side("Right", render.dialogue(view.right) + "</ol>")
    question = f'<p class="question">{render.escape(view.wording)}</p>'
    sides = f'<div class="pair">{left}</section>{right}</section></div>'
    return f'<div class="vist" data-pair>{photos}{missing}{question}{sides}</div>'
