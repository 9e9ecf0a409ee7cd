"""The operator's Train tab: runs, a new one with its plan before the button, and one run as it goes.

Every handler is `guarded`. A run's state is read from its folder at each look, so the page may close, and the app end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from app import job_view, plan_view, render, theme, training, training_view
from app.jobs.desk import Job
from app.jobs.kinds import FINETUNE
from app.services import Services
from app.training import Asked, Form
from core.errors import SporcVistError

LOOK_SECONDS, WAIT_SECONDS = 2.0, 1.0
OPENS = """element.addEventListener("click", (event) => {
    const row = event.target.closest("[data-run]");
    if (row) trigger("select", { run: row.dataset.run });
})"""
TO_TOP = "(...given) => { window.scrollTo({ top: 0 }); return given; }"
Guard = Callable[[Services, Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Handles:
    """What the page wires to the tab's selection."""

    refresh: Callable[..., Any]
    outputs: list[Any]


class _Views:
    """The three screens of the tab; one shows at a time."""

    def __init__(self) -> None:
        with gr.Column(elem_id="runs-view") as self.runs:
            with gr.Row(elem_id="runs-head"):
                theme.html('<div class="vist"><h2>Runs</h2></div>')
                self.new = gr.Button("New run", variant="primary", elem_id="new-run", scale=0, min_width=130)
            self.listed = theme.html(js_on_load=OPENS, elem_id="runs")
        with gr.Column(visible=False, elem_id="form-view") as self.form:
            self._build_form()
        with gr.Column(visible=False, elem_id="run-view") as self.run:
            self._build_run()

    def _build_form(self) -> None:
        self.form_back = gr.Button("All runs", size="sm", elem_classes="back", elem_id="form-back", scale=0)
        theme.html('<div class="vist"><h2>New run</h2></div>')
        self.config = gr.Dropdown(
            training.configurations(),
            label="Configuration",
            info="Of train/configs, or the path of a file of your own on this server.",
            allow_custom_value=True,
            elem_id="config",
        )
        self.about = theme.html(elem_id="about-config")
        self.data = gr.Textbox(
            label="Training data",
            info="Path on this server: the project's JSONL, or a Qwen conversation file. Empty: only the plan.",
            placeholder="data/dataset/train.jsonl",
            elem_id="data",
        )
        with gr.Row(elem_classes="level"):
            self.name = gr.Textbox(label="Name", info="Of the run and its folder.", max_length=80, elem_id="name")
            self.gpus = gr.Textbox(
                label="Cards for the plan", info="Number x memory, such as 8x80GB or 4xH200.", elem_id="gpus"
            )
        with gr.Accordion("More", open=False), gr.Row(elem_classes="level"):
            self.steps = gr.Textbox(
                label="Steps at most", info="Empty: as the configuration says. 10 make a quick trial.", elem_id="steps"
            )
            self.processes = gr.Textbox(label="Processes", info="One for each GPU of this server.", elem_id="processes")
        self.fault = theme.html(elem_id="form-fault")
        with gr.Row(elem_id="form-buttons"):
            self.see = gr.Button("See the plan", variant="primary", elem_id="see-plan", scale=0, min_width=150)
            self.start = gr.Button("Start", visible=False, elem_id="start-run", scale=0, min_width=150)
        self.plan = theme.html(elem_id="plan")

    def _build_run(self) -> None:
        with gr.Row(elem_id="run-bar"):
            self.run_back = gr.Button("All runs", size="sm", elem_classes="back", elem_id="run-back", scale=0)
            theme.html()
            self.stop = gr.Button("Stop", visible=False, elem_id="stop-run", scale=0, min_width=110)
            self.end = gr.Button("End at once", visible=False, elem_id="end-run", scale=0, min_width=110)
            self.resume = gr.Button(
                "Resume", variant="primary", visible=False, elem_id="resume-run", scale=0, min_width=110
            )
        self.run_fault = theme.html(elem_id="run-fault")
        self.head = theme.html(elem_id="run-head")
        self.measured = theme.html(elem_id="run-figures")
        with gr.Row(elem_id="run-pictured"):
            self.curve = theme.html(elem_id="run-curve", min_width=300)
            self.texts = theme.html(elem_id="run-texts", min_width=300)
        with gr.Accordion("Log", open=False, elem_id="run-log") as self.log_fold:
            self.log = theme.html()
        with gr.Accordion("Events", open=False, elem_id="run-notes"):
            self.notes = theme.html()
        with gr.Accordion("Settings", open=False, elem_id="run-settings"):
            self.settings = theme.html()

    @property
    def fields(self) -> list[Any]:
        return [self.config, self.data, self.name, self.gpus, self.steps, self.processes]

    @property
    def shown(self) -> list[Any]:
        return [self.runs, self.form, self.run]

    @property
    def opened(self) -> list[Any]:
        """Of one run, in the order of `_run_values`."""
        buttons = [self.stop, self.end, self.resume]
        parts = [self.head, self.measured, self.curve, self.texts, self.log, self.notes, self.settings]
        return [self.run_fault, *buttons, *parts]


def build(services: Services, guarded: Guard) -> Handles:
    """Wire the tab."""
    views = _Views()
    key, asked = gr.State(""), gr.State(None)
    looking, waiting = gr.Timer(LOOK_SECONDS, active=False), gr.Timer(WAIT_SECONDS, active=False)
    _wire_list(services, guarded, views, key, looking)
    _wire_form(services, guarded, views, (key, asked), (looking, waiting))
    _wire_run(services, guarded, views, key, looking)

    def refresh(request: gr.Request) -> list[Any]:
        return _list(services)

    return Handles(guarded(services, refresh), [views.listed, looking])


def _wire_list(services: Services, guarded: Guard, views: _Views, key: gr.State, looking: gr.Timer) -> None:
    def open_run(event: gr.EventData, request: gr.Request) -> list[Any]:
        return _open(services, str(event.run))

    def back(request: gr.Request) -> list[Any]:
        return ["", *_show("runs"), *_list(services)]

    def tick(opened: str, request: gr.Request) -> list[Any]:
        return _tick(services, opened)

    outputs = [key, *views.shown, *views.opened, views.log_fold, looking]
    views.listed.select(guarded(services, open_run), None, outputs, js=TO_TOP, **theme.QUICK)
    for button in (views.run_back, views.form_back):
        button.click(guarded(services, back), None, [key, *views.shown, views.listed, looking], **theme.QUICK)
    looking.tick(guarded(services, tick), [key], [views.listed, *views.opened, looking], **theme.QUICK)


def _wire_form(
    services: Services,
    guarded: Guard,
    views: _Views,
    states: tuple[gr.State, gr.State],
    timers: tuple[gr.Timer, gr.Timer],
) -> None:
    (key, asked), (looking, waiting) = states, timers

    def new(old: Any, request: gr.Request) -> list[Any]:
        training.forget(services.questions, old)
        first = training.configurations()[0][1]
        return [*_show("form"), gr.update(active=False), *_configured(services, first)]

    def choose(config: str, old: Any, request: gr.Request) -> list[Any]:
        training.forget(services.questions, old)
        return _configured(services, config)

    # Gradio finds the request among named arguments only, so the fields are named one by one
    def see(
        config: str, data: str, name: str, gpus: str, steps: str, processes: str, old: Any, request: gr.Request
    ) -> list[Any]:
        return _see(services, Form(config, data, name, gpus, steps, processes), old)

    def wait(now: Any, request: gr.Request) -> list[Any]:
        return _wait(services, now)

    def start(
        config: str, data: str, name: str, gpus: str, steps: str, processes: str, seen: Any, request: gr.Request
    ) -> list[Any]:
        return _start(services, Form(config, data, name, gpus, steps, processes), seen)

    plan = [asked, waiting, views.fault, views.plan, views.see, views.start]
    form = [*views.fields, views.about, *plan]
    views.new.click(guarded(services, new), [asked], [*views.shown, looking, *form], js=TO_TOP, **theme.QUICK)
    views.config.input(guarded(services, choose), [views.config, asked], form, **theme.QUICK)
    views.see.click(guarded(services, see), [*views.fields, asked], plan, **theme.QUICK)
    waiting.tick(guarded(services, wait), [asked], plan, **theme.QUICK)
    outputs = [views.fault, key, *views.shown, *views.opened, views.log_fold, looking]
    views.start.click(guarded(services, start), [*views.fields, asked], outputs, js=TO_TOP, **theme.QUICK)


def _wire_run(services: Services, guarded: Guard, views: _Views, key: gr.State, looking: gr.Timer) -> None:
    def stop(opened: str, request: gr.Request) -> list[Any]:
        return _do(services, opened, services.jobs.stop)

    def end(opened: str, request: gr.Request) -> list[Any]:
        return _do(services, opened, services.jobs.end)

    def resume(opened: str, request: gr.Request) -> list[Any]:
        return _do(services, opened, services.jobs.resume)

    for button, handler in ((views.stop, stop), (views.end, end), (views.resume, resume)):
        button.click(guarded(services, handler), [key], [*views.opened, looking], **theme.QUICK)


def _show(name: str) -> list[Any]:
    return [gr.update(visible=name == one) for one in ("runs", "form", "run")]


def _now() -> datetime:
    return datetime.now(UTC)


# --- the list -----------------------------------------------------------------------------------------------------


def _list(services: Services) -> list[Any]:
    """The list, and whether to look again: only while something runs."""
    jobs = services.jobs.all(FINETUNE)
    listed = job_view.runs(jobs, _now()) if jobs else training_view.EMPTY
    return [listed, gr.update(active=any(not job.state.is_over for job in jobs))]


def _open(services: Services, key: str) -> list[Any]:
    job = services.jobs.find(FINETUNE, key)
    if job is None:
        raise gr.Error("This run is not here any more. Reload the page.", print_exception=False)
    open_log = gr.update(open=job.state in {"failed", "lost"})
    return [job.key, *_show("run"), *_run_values(job), open_log, gr.update(active=not job.state.is_over)]


def _tick(services: Services, key: str) -> list[Any]:
    """The list, or the run that is open."""
    if not key:
        listed, timer = _list(services)
        return [listed, *([gr.skip()] * OPENED), timer]
    job = services.jobs.find(FINETUNE, key)
    if job is None:
        gone = render.notice("The folder of this run is gone.", kind="bad")
        return [gr.skip(), f'<div class="vist">{gone}</div>', *([gr.skip()] * (OPENED - 1)), gr.update(active=False)]
    return [gr.skip(), *_run_values(job), gr.update(active=not job.state.is_over)]


# --- one run ------------------------------------------------------------------------------------------------------

OPENED = 11
"""Outputs of one run."""


def _run_values(job: Job, fault: str = "") -> list[Any]:
    """In the order of `_Views.opened`. The page changes only what differs, so nothing jumps."""
    return [
        _fault(fault),
        gr.update(visible=not job.state.is_over and not job.may_end(_now()), interactive=job.state == "running"),
        gr.update(visible=job.may_end(_now())),
        gr.update(
            visible=job.state in {"stopped", "failed", "lost"} and not job.is_from_elsewhere,
            value="Resume" if job_view.has_saved(job) else "Start again",
        ),
        job_view.head(job, _now(), training.last_line(job)),
        training_view.measured(job),
        training_view.curve(job),
        training_view.texts(job),
        f'<div class="vist">{job_view.log(training.log_tail(job))}</div>',
        f'<div class="vist">{job_view.notes(job)}</div>',
        training_view.settings(job),
    ]


def _do(services: Services, key: str, deed: Callable[[Job], Job]) -> list[Any]:
    """Stop, end or resume, and show how it stands then."""
    job = services.jobs.find(FINETUNE, key)
    if job is None:
        raise gr.Error("This run is not here any more. Reload the page.", print_exception=False)
    fault = ""
    try:
        job = deed(job)
    except SporcVistError as error:
        fault, job = str(error), services.jobs.find(FINETUNE, key) or job
    return [*_run_values(job, fault), gr.update(active=not job.state.is_over)]


# --- a new run ----------------------------------------------------------------------------------------------------


def _configured(services: Services, config: str) -> list[Any]:
    """The form's fields for this configuration, and no plan yet."""
    try:
        form = training.defaults(config, services.jobs, _now())
    except SporcVistError as error:
        kept = [gr.skip()] * 6
        return [*kept, "", *_no_plan(str(error))]
    about = f'<p class="hint">{render.escape(training.about(config))}</p>'
    fields = [form.config, form.data, form.name, form.gpus, form.steps, form.processes]
    return [*fields, f'<div class="vist">{about}</div>', *_no_plan()]


def _fault(text: str) -> str:
    return f'<div class="vist">{render.notice(text, kind="bad")}</div>' if text else ""


def _no_plan(fault: str = "") -> list[Any]:
    """Asked, timer, fault, plan, See the plan, Start."""
    see = gr.update(value="See the plan", variant="primary", interactive=True)
    return [None, gr.update(active=False), _fault(fault), "", see, gr.update(visible=False)]


def _see(services: Services, form: Form, old: Any) -> list[Any]:
    training.forget(services.questions, old)
    try:
        asked = training.ask(services.questions, services.jobs, form)
    except SporcVistError as error:
        return _no_plan(str(error))
    see = gr.update(interactive=False)
    return [asked, gr.update(active=True), "", plan_view.waiting(asked, 0), see, gr.update(visible=False)]


def _wait(services: Services, asked: Asked | None) -> list[Any]:
    if asked is None:
        return _no_plan()
    try:
        asked = training.look(services.questions, asked)
    except SporcVistError as error:
        return _no_plan(str(error))
    if not asked.is_done:
        spent = services.questions.seconds(asked.check_id)
        return [asked, gr.skip(), gr.skip(), plan_view.waiting(asked, spent), gr.skip(), gr.skip()]
    training.forget(services.questions, asked)
    may, fits = asked.data_is_sound, asked.fits is not False
    see = gr.update(value="See it again", variant="secondary", interactive=True)
    start = gr.update(
        visible=may, variant="primary" if fits else "secondary", value="Start" if fits else "Start anyway"
    )
    return [asked, gr.update(active=False), "", plan_view.plan(asked), see, start]


def _start(services: Services, form: Form, seen: Asked | None) -> list[Any]:
    """The run is open then; or the fault is said and the form stays."""
    stay = [gr.skip()] * (1 + 3 + OPENED + 2)
    if seen is None or seen.form != form:
        return [_fault("Something was changed since the plan was made. See the plan again first."), *stay]
    try:
        job = training.start(services.jobs, form)
    except SporcVistError as error:
        return [_fault(str(error)), *stay]
    return ["", job.key, *_show("run"), *_run_values(job), gr.update(open=False), gr.update(active=True)]
