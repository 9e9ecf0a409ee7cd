"""The Train tab: its form, its plan, its runs as HTML; and the whole way in a browser with the real trainer."""

import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import durations, job_view, plan_view, tables, training, training_view
from app.jobs import process, record
from app.jobs.desk import Job, Jobs, State
from app.jobs.kinds import FINETUNE
from app.jobs.progress import Note, Progress, Step
from app.jobs.questions import Answer, Questions
from app.jobs.record import Attempt
from app.training import Asked, Form
from core import jsonl
from core.errors import BadInput, SettingsError
from tests.local_helpers import Tiny, jpeg, tiny_checkpoint
from tests.serving import ROOT, Server, chromium, needs_browser
from train.tuning.settings import CONFIGS

__all__ = ["tiny_checkpoint"]
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
STEPS = 120
"""Of the run in the browser: long enough to be halted on its way."""
PAPER = str(CONFIGS / "qwen3-vl-32b.yaml")


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs([tmp_path / "runs"])


@pytest.fixture
def questions() -> Iterator[Questions]:
    with contextlib.closing(Questions()) as made:
        yield made


def text(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


# --- the form -----------------------------------------------------------------------------------------------------


def test_every_configuration_that_ships_can_be_chosen(jobs: Jobs) -> None:
    listed = training.configurations()
    assert listed[0] == ("qwen3-vl-32b", PAPER)
    for _, path in listed:
        form = training.defaults(path, jobs, NOW)
        assert form.name.endswith("-1124")
        assert training.about(path)
        training.configured(form)


def test_a_name_that_is_taken_gets_a_number(jobs: Jobs, tmp_path: Path) -> None:
    for name in ("qwen3-vl-32b-1124", "qwen3-vl-32b-1124-2"):
        folder = tmp_path / "runs" / "tuning" / name
        folder.mkdir(parents=True)
        jsonl.append(folder / "events.jsonl", {"time": NOW.isoformat(), "event": "started"})
    assert training.defaults(PAPER, jobs, NOW).name == "qwen3-vl-32b-1124-3"


def test_the_configuration_goes_in_as_it_stands_or_with_fewer_steps() -> None:
    assert training.configured(Form(PAPER)) == Path(PAPER).read_bytes()
    short = yaml.safe_load(training.configured(Form(PAPER, steps="10")))
    plain = yaml.safe_load(Path(PAPER).read_bytes())
    assert short["optim"].pop("max_steps") == 10
    assert short == plain
    with pytest.raises(BadInput, match=r"Steps at most: '1\.5'"):
        training.configured(Form(PAPER, steps="1.5"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"config": ""}, "choose a configuration"),
        ({"config": "/none.yaml"}, "no such file"),
        ({"data": "/none.jsonl"}, "Training data: data: |Training data: /none.jsonl: no such file"),
        ({"gpus": "eight"}, "such as 8x80GB"),
        ({"name": "../other"}, "a name has 1 to 80"),
        ({"processes": "many"}, "Processes: 'many'"),
        ({"data": "", "gpus": ""}, "Give training data, cards for the plan, or both"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(
    jobs: Jobs, questions: Questions, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text("{}\n")
    form = replace(Form(PAPER, str(data), "a-run", "8x80GB"), **changed)
    with pytest.raises(BadInput, match=said):
        training.ask(questions, jobs, form)


def test_a_broken_configuration_is_named_by_its_key(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("name: own\nmodel: x\noutput: y\nlora: {ranks: 3}\n")
    with pytest.raises(SettingsError, match=r"own.yaml: lora.ranks: unknown setting"):
        training.read(str(file))


def test_cards_of_this_machine_as_the_driver_tells_them() -> None:
    assert training.cards_in("81559\n81559\n").text == "2x80GB"
    assert training.cards_in("24564\n").text == "1x24GB"
    assert training.cards_in("NVIDIA-SMI has failed\n").text == ""


def test_the_plan_takes_its_counts_from_the_data() -> None:
    said = {"samples": 4004, "tokens": {"mean": 3600.4, "most": 8100, "least": 9}}
    assert training._counts(said) == {"samples": "4004", "tokens": "3600", "longest": "8100"}
    assert training._counts({"samples": 0, "tokens": None}) == {}
    assert training._counts(None) == {}


# --- data and plan as HTML ----------------------------------------------------------------------------------------


def checked(**more: Any) -> Answer:
    said = {"file": "/d.jsonl", "samples": 3, "faults": [], "tokens": {"mean": 10, "most": 20}, "histogram": [], **more}
    return Answer(2 if said["faults"] else 0, said, "", 1.0)


def planned(*, fits: bool, spare: float, **more: Any) -> Answer:
    memory = {"base": 60e9, "adapter": 5e8, "gathered": 0.0, "total": 605e8}
    chosen = {
        "memory": {"mean": memory, "longest": memory},
        "seconds": {"total": 40_138.0},
        "tokens_per_second": 359.0,
        "fits_up_to_tokens": 5000,
    }
    said = {
        "fits": fits,
        "spare": spare,
        "gpus": {"bytes": 85.9e9, "name": "A100", "assumed": True},
        "tokens": {"mean": 3600, "longest": 8192},
        "steps": 126,
        "samples": 4004,
        "effective_batch": 32,
        "parameters": {"lora": 134_217_728, "total": 33_357_390_064},
        "chosen": chosen,
        "remedies": [{"parallel": "zero3", "checkpointing": "full", "checkpointed_layers": None, "compile": False}],
        **more,
    }
    return Answer(0 if fits else 1, said, "", 1.0)


FORM = Form(PAPER, "/d.jsonl", "a-run", "8x80GB")


def test_a_plan_that_fits() -> None:
    shown = text(plan_view.plan(Asked(FORM, "c", checked(), "p", planned(fits=True, spare=12.34e9))))
    for part in ("It fits: 12.3 GB to spare", "Steps 126", "11 h 9 min", "60.5 GB of 85.9 GB", "134.2 M of 33.4 B"):
        assert part in shown
    assert "not measured" in shown, "what is reckoned says so"
    assert "Gathered" not in shown, "a part of nothing is left out"


def test_a_plan_that_does_not_fit_says_what_would() -> None:
    shown = text(plan_view.plan(Asked(FORM, "c", checked(), "p", planned(fits=False, spare=-3e9))))
    assert "It fits only up to 5,000 tokens a sample; with 8,192 each card is 3.0 GB short." in shown
    assert "speed: {parallel: zero3, checkpointing: full}" in shown
    none = planned(fits=False, spare=-3e9, remedies=[], chosen={**planned(fits=True, spare=0).said["chosen"]})  # pyright: ignore
    none.said["chosen"]["fits_up_to_tokens"] = None  # pyright: ignore
    shown = text(plan_view.plan(Asked(FORM, "c", checked(), "p", none)))
    assert "It does not fit" in shown
    assert "a smaller model" in shown


def test_faults_stand_alone_without_figures_or_plan() -> None:
    faults = ["/d.jsonl:7: not JSON <here>", "/d.jsonl: no such file", "elsewhere"]
    asked = Asked(FORM, "c", checked(faults=faults))
    html = plan_view.plan(asked)
    assert "3 faults in the data." in html
    assert [text(item) for item in re.findall(r"<li>(.*?)</li>", html)] == [
        "line 7: not JSON <here>",
        "no such file",
        "elsewhere",
    ]
    assert "Memory" not in html
    assert not asked.data_is_sound


def test_a_command_that_answered_with_no_json_is_quoted() -> None:
    failed = Answer(2, None, "warming up\ntrain: --tokens 3: too few\n", 1.0)
    assert "--tokens 3: too few" in text(plan_view.plan(Asked(FORM, "c", checked(), "p", failed)))
    assert "ended with code 1" in text(plan_view.plan(Asked(FORM, "c", Answer(1, None, "", 1.0))))


# --- runs as HTML -------------------------------------------------------------------------------------------------


def job(state: State, progress: Progress | None = None, **attempt: Any) -> Job:
    given = {"kind": "finetune", "pid": 1, "started": NOW - timedelta(minutes=5), "events_until": 10**9, **attempt}
    return Job(Path("/runs/tuning/a<b"), FINETUNE, state, progress or Progress(), Attempt(**given))


def going(count: int, **more: Any) -> Progress:
    steps = tuple(Step(number, loss=4 - number / 100, seconds_left=2460.0) for number in range(1, count + 1))
    return Progress(facts={"steps": 126, "samples": 4004, "effective_batch": 32, "devices": 8}, steps=steps, **more)


def test_a_row_says_all_and_escapes_the_name() -> None:
    html = job_view.runs([job(State.RUNNING, going(63))], NOW)
    assert "a<b" not in html
    assert 'aria-valuenow="50"' in html
    shown = text(html)
    for part in ("Running", "step 63 of 126", "loss 3.370", "41 min left", "started 5 min ago"):
        assert part in shown


def test_what_was_not_measured_is_a_dash() -> None:
    shown = text(training_view.measured(job(State.RUNNING, Progress(steps=(Step(1, loss=2.5),)))))
    assert "Loss 2.500" in shown
    assert "Utilisation –" in shown
    assert "nan" not in shown.lower()


@pytest.mark.parametrize(
    ("state", "more", "said"),
    [
        (State.LOST, {"exit_code": -9}, "killed by signal 9. Signal 9 is often the system's when memory runs out."),
        (State.LOST, {}, "it was killed or this machine went down. It had saved nothing yet."),
        (State.FAILED, {"exit_code": 2}, "The command ended with code 2. What it said stands in the log"),
        (State.STOPPED, {"ended_at_once": True}, "It was ended at once; what it saved last is kept. It had"),
        (State.RUNNING, {}, "loads the model"),
        (State.STOPPING, {"stop_asked": NOW - timedelta(seconds=10)}, "saves and goes. Asked 10 s ago."),
        (State.STOPPING, {"stop_asked": NOW - timedelta(seconds=70)}, "end it at once"),
    ],
)
def test_each_state_says_what_to_know_and_do(state: State, more: dict[str, Any], said: str) -> None:
    assert said in text(job_view.head(job(state, **more), NOW)).replace(" ,", ",")


def test_a_failure_gives_the_trainers_own_reason() -> None:
    word = Note("failed", NOW, {"step": 7, "why": "the loss at step 7 is NaN"})
    shown = text(job_view.head(job(State.FAILED, going(7, word=word, word_at=10**6), exit_code=1), NOW))
    assert "Failed: the loss at step 7 is NaN" in shown
    silent = job_view.head(job(State.FAILED, exit_code=2), NOW, "train: data.jsonl:7: not JSON")
    assert "Failed: data.jsonl:7: not JSON" in text(silent)


def test_resume_is_promised_only_where_something_was_saved() -> None:
    saved = going(9, notes=(Note("saved", NOW, {"step": 5}),))
    assert "Resume goes on from its last checkpoint." in text(job_view.head(job(State.LOST, saved, exit_code=-9), NOW))


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (Note("started", NOW, {"steps": 126, "samples": 4004}), "started: 126 steps, 4,004 samples"),
        (Note("started", NOW, {"steps": 126, "resumed_from": 40}), "resumed from step 40: 126 steps, – samples"),
        (Note("saved", NOW, {"step": 20, "path": "/x"}), "saved at step 20"),
        (Note("finished", NOW, {"seconds": 40138, "loss": 1.5}), "finished in 11 h 9 min, last loss 1.500"),
        (Note("failed", NOW, {}), "failed at an unknown step: no reason given"),
    ],
)
def test_events_as_sentences(note: Note, said: str) -> None:
    assert job_view.told(note) == said


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    points = [(step, 1.0) for step in range(1, 10_001)]
    thin = training_view.thinned(points)
    assert len(thin) <= training_view.MOST_POINTS + 1
    assert (thin[0], thin[-1]) == (points[0], points[-1])
    assert training_view.thinned(points[:100]) == points[:100]


def test_the_log_begins_at_the_latest_start_and_shows_bars_as_they_stood_last(tmp_path: Path) -> None:
    log = tmp_path / process.LOG
    log.write_bytes(b"of an earlier start\n")
    at = log.stat().st_size
    log.write_bytes(log.read_bytes() + b"== start\n  0%\r 50%\r100%\ntrain: \xff <b>\n\n")
    one = replace(job(State.FAILED, log_at=at), folder=tmp_path)
    assert training.log_tail(one) == "== start\n100%\ntrain: \ufffd <b>"
    assert "&lt;b&gt;" in job_view.log(training.log_tail(one))
    assert training.log_tail(one, lines=1) == "train: \ufffd <b>"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (math.nan, "–"), (0.4, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "1 h"), (3660, "1 h 1 min"),
        (40138, "11 h 9 min"), (86400, "1 d"), (187200, "2 d 4 h"), (-1, "–"),
    ],
)  # fmt: skip
def test_spans_of_time(seconds: float, said: str) -> None:
    assert durations.span(seconds) == said


def test_tables_carry_their_headers_into_each_cell() -> None:
    html = tables.table("T", ["Name", "<n>"], [["a", 0], ["b", ""]], empty="none")
    assert 'data-label="&lt;n&gt;">0</td>' in html
    assert ">–</td>" in html
    assert text(tables.table("T", ["Name"], [], empty="No <run> yet.")) == "No <run> yet."


# --- the whole way ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory, tiny_checkpoint: Tiny) -> Path:
    """A configuration of the smallest model and its data: 8 samples, 2 a step."""
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "red.jpg").write_bytes(jpeg("red"))
    sample = {"images": ["red.jpg"], "prompt": "Tell it.", "answer": "Speaker 1: So it was red.\nSpeaker 2: It was."}
    lines = [json.dumps({"id": f"s{number}", **sample}) for number in range(8)]
    (folder / "good.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "bad.jsonl").write_text("\n".join([*lines[:6], "{broken", lines[7]]) + "\n")
    config = {
        "name": "smallest",
        "model": str(tiny_checkpoint.base),
        "output": "runs/tuning/smallest",
        "dtype": "float32",
        "lora": {"rank": 2, "alpha": 4, "dropout": 0.0},
        "optim": {"learning_rate": 1e-3, "epochs": STEPS // 4, "neftune_alpha": 0},
        "batch": {"per_device": 2, "accumulation": 1, "devices": 1},
        "speed": {"parallel": "ddp", "checkpointing": "none"},
        "data": {"train": str(folder / "good.jsonl"), "max_length": 256, "max_pixels": 4096, "workers": 0},
        "save": {"every_steps": 25},
    }
    (folder / "smallest.yaml").write_text(yaml.safe_dump(config))
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("app")).start()
    yield running
    running.stop()
    for folder in (running.data / "runs" / "tuning").glob("*"):
        attempt = record.latest(folder)
        if attempt is not None and process.is_running(folder):
            process.end(attempt.pid)


def open_train(page: Any, server: Server) -> None:
    page.goto(server.url + "operator/")
    page.get_by_role("tab", name="Train").click()
    page.locator("#new-run").wait_for()


def fill(page: Any, config: Path, data: Path) -> None:
    page.locator("#new-run").click()
    page.locator("#config input").wait_for()
    page.get_by_label("Configuration").fill(str(config))
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#name input, #name textarea').value.startsWith('smallest')")
    page.get_by_label("Training data").fill(str(data))
    page.locator("#see-plan").click()


def step_of(page: Any) -> int:
    found = re.search(r"Step ([\d,]+) of", page.locator("#run-head .lead").inner_text())
    return int(found[1]) if found else 0


def held_at_step(folder: Path, number: int) -> Attempt:
    """Lets the run come to a step and halts it there, while the app is killed and comes back."""
    end = time.monotonic() + 300
    events = folder / "events.jsonl"
    while not events.exists() or events.read_text().count('"event": "step"') < number:
        assert time.monotonic() < end, "no step after five minutes"
        time.sleep(0.005)
    attempt = record.latest(folder)
    assert attempt is not None
    os.kill(attempt.pid, signal.SIGSTOP)
    return attempt


@pytest.mark.slow
@pytest.mark.browser
@needs_browser
def test_from_the_plan_through_a_killed_app_stop_and_resume_to_the_end(server: Server, recipe: Path) -> None:
    folder = server.data / "runs" / "tuning" / f"smallest-{datetime.now(UTC):%m%d}"
    with chromium(viewport={"width": 1280, "height": 900}) as page:
        page.set_default_timeout(300_000)
        open_train(page, server)
        fill(page, recipe / "smallest.yaml", recipe / "bad.jsonl")
        page.locator("#plan .faults li").wait_for()
        assert page.locator("#plan .faults li").inner_text().startswith("line 7: not JSON")
        assert page.locator("#start-run").is_hidden()
        page.get_by_label("Training data").fill(str(recipe / "good.jsonl"))
        page.locator("#see-plan").click()
        page.locator("#start-run").wait_for()
        assert "It fits" in page.locator("#plan").inner_text()
        page.get_by_label("Name").fill("other name")
        page.locator("#start-run").click()
        page.get_by_text("Something was changed since the plan was made").wait_for()
        assert not folder.exists()
        page.get_by_label("Name").fill(folder.name)
        page.locator("#start-run").click()
        page.locator("#run-head .badge.running").wait_for()
        attempt = held_at_step(folder, 3)
        page.locator("#run-curve .loss-curve").wait_for()
        seen = step_of(page)
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    assert process.is_running(folder)
    server.start()
    with chromium(viewport={"width": 390, "height": 844}, color_scheme="dark") as page:
        page.set_default_timeout(300_000)
        open_train(page, server)
        page.locator("button.run", has_text=folder.name).click()
        page.locator(".badge.running").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert step_of(page) >= seen > 0
        page.locator("#stop-run").click()
        page.locator("#run-head .badge.stopping").wait_for()
        os.kill(attempt.pid, signal.SIGCONT)
        page.locator("#run-head .badge.stopped").wait_for()
        stopped_at = step_of(page)
        assert 0 < stopped_at < STEPS, "it was stopped on the way"
        page.locator("#resume-run").click()
        page.locator("#run-head .badge.finished").wait_for()
        assert step_of(page) == STEPS
        page.get_by_role("button", name="Events").click()
        page.locator("#run-notes").get_by_text(f"resumed from step {stopped_at}").wait_for()
    assert (folder / "adapter" / "adapter_model.safetensors").is_file()


@pytest.mark.slow
@pytest.mark.browser
@needs_browser
def test_a_run_that_fails_opens_with_its_log(server: Server, recipe: Path) -> None:
    config = yaml.safe_load((recipe / "smallest.yaml").read_text())
    name = "smallest-without-base"
    (recipe / "other.yaml").write_text(yaml.safe_dump({**config, "name": name, "model": str(recipe / "no-base")}))
    jobs = Jobs([server.data / "runs"])
    training.start(jobs, Form(str(recipe / "other.yaml"), str(recipe / "good.jsonl"), name))
    with chromium() as page:
        page.set_default_timeout(300_000)
        open_train(page, server)
        page.locator("button.run", has_text=name).locator(".badge.failed").wait_for()
        page.locator("button.run", has_text=name).click()
        page.locator("#run-log pre.log").wait_for()
        assert "no-base" in page.locator("#run-log pre.log").inner_text()
        assert page.locator("#resume-run").is_visible()


def test_a_start_by_hand_and_one_by_the_page_are_the_same_command(recipe: Path, tmp_path: Path) -> None:
    """The command line that the page shows is one the trainer understands."""
    line = FINETUNE.line(
        {"config": str(recipe / "smallest.yaml"), "data": str(recipe / "good.jsonl")}, tmp_path / "out"
    )
    asked = subprocess.run([*line, "--help"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert asked.returncode == 0, asked.stderr
    assert line[0] == sys.executable
