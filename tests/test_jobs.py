"""Long work as real processes: started, followed, stopped, killed, found again by an app that was not there."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from app.jobs import desk, kinds, process, record
from app.jobs.desk import Job, Jobs, State
from app.jobs.kinds import Kind
from app.jobs.progress import Tally
from app.jobs.questions import Questions
from app.jobs.trail import Trail
from core import jsonl
from core.errors import BadInput
from core.runs import Run
from tests.serving import ROOT

COUNT = Kind("tests.counting_job", "count", {"config": kinds.a_file}, {}, home="counting")
Found = TypeVar("Found")


def until(look: Callable[[], Found], seconds: float = 30) -> Found:
    """What `look` gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "nothing after half a minute"
        time.sleep(0.02)
    return found


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs([tmp_path / "runs"])
    yield made
    for job in made.all(COUNT):
        if not job.state.is_over and job.attempt is not None:
            process.end(job.attempt.pid)
            until(lambda job=job: not process.is_running(job.folder))


@pytest.fixture
def start(jobs: Jobs, tmp_path: Path) -> Callable[..., Job]:
    def started(manner: str, steps: int = 5, name: str = "one") -> Job:
        config = tmp_path / f"{manner}.txt"
        config.write_text(f"{steps} {manner}")
        return jobs.start(COUNT, name, {"config": str(config)})

    return started


def now(jobs: Jobs, job: Job) -> Job:
    found = jobs.find(COUNT, job.key)
    assert found is not None
    return found


def ended(jobs: Jobs, job: Job) -> Job:
    until(lambda: now(jobs, job).state.is_over)
    return now(jobs, job)


def at_step(jobs: Jobs, job: Job, number: int) -> Job:
    until(lambda: (last := now(jobs, job).progress.last) and last.number >= number)
    return now(jobs, job)


def test_a_job_runs_to_its_end_and_is_reaped(jobs: Jobs, start: Callable[..., Job]) -> None:
    job = start("well")
    assert job.attempt is not None
    pid = job.attempt.pid
    done = ended(jobs, job)
    assert done.state is State.FINISHED
    assert [step.number for step in done.progress.steps] == [1, 2, 3, 4, 5]
    assert done.progress.total == 5
    assert done.word is not None
    assert done.word.values["loss"] == pytest.approx(0.2)
    assert "counting from 0" in (job.folder / process.LOG).read_text()
    until(lambda: not psutil.pid_exists(pid))


def test_it_has_a_session_of_its_own_and_stands_behind_the_page(jobs: Jobs, start: Callable[..., Job]) -> None:
    job = at_step(jobs, start("waits"), 2)
    assert job.attempt is not None
    found = psutil.Process(job.attempt.pid)
    assert os.getsid(found.pid) == os.getpgid(found.pid) == found.pid
    assert found.nice() == min(19, psutil.Process().nice() + process.NICER)
    assert "ADMIN_TOKEN" not in found.environ()
    assert Path(f"/proc/{found.pid}/fd/0").resolve() == Path("/dev/null") if sys.platform == "linux" else True


def test_stop_saves_and_resume_goes_on_from_there(jobs: Jobs, start: Callable[..., Job]) -> None:
    job = at_step(jobs, start("waits", steps=4), 2)
    assert jobs.stop(job).state in {State.STOPPING, State.STOPPED}
    stopped = ended(jobs, job)
    assert (stopped.state, stopped.word and stopped.word.values["step"]) == (State.STOPPED, 2)
    resumed = ended(jobs, jobs.resume(stopped))
    assert resumed.state is State.FINISHED
    assert [step.number for step in resumed.progress.steps] == [1, 2, 3, 4]
    assert [note.event for note in resumed.progress.notes] == ["started", "saved", "stopped", "started", "finished"]
    assert resumed.began is not None
    assert resumed.started is not None
    assert resumed.began < resumed.started


def test_a_second_start_in_one_folder_is_refused(jobs: Jobs, start: Callable[..., Job]) -> None:
    job = at_step(jobs, start("waits"), 2)
    with pytest.raises(BadInput, match="there is a run of this name"):
        start("waits")
    with pytest.raises(process.StillRunning, match="is running already"):
        jobs.resume(job)
    assert job.attempt is not None
    with pytest.raises(process.StillRunning, match="still at work"):
        process.start(COUNT, job.attempt.arguments, job.folder)
    assert [line["deed"] for line in jsonl.read(job.folder / record.FILE, dict)] == ["start"]


def test_an_app_that_was_killed_finds_its_job_again(tmp_path: Path) -> None:
    config = tmp_path / "waits.txt"
    config.write_text("4 waits")
    program = (
        "import os, signal\nfrom pathlib import Path\n"
        "from app.jobs.desk import Jobs\nfrom tests.test_jobs import COUNT\n"
        f"Jobs([Path({str(tmp_path / 'runs')!r})]).start(COUNT, 'one', {{'config': {str(config)!r}}})\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    first = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60)
    assert first.returncode == -signal.SIGKILL
    jobs = Jobs([tmp_path / "runs"])
    (job,) = jobs.all(COUNT)
    at_step(jobs, job, 2)
    assert now(jobs, job).state is State.RUNNING
    jobs.stop(job)
    assert ended(jobs, job).state is State.STOPPED
    assert ended(jobs, jobs.resume(job)).state is State.FINISHED


def test_a_killed_job_is_lost_and_can_go_on(jobs: Jobs, start: Callable[..., Job]) -> None:
    job = at_step(jobs, start("waits"), 2)
    assert job.attempt is not None
    os.killpg(job.attempt.pid, signal.SIGKILL)
    lost = ended(jobs, job)
    assert (lost.state, lost.word) == (State.LOST, None)
    assert until(lambda: (attempt := now(jobs, job).attempt) and attempt.exit_code) == -signal.SIGKILL
    assert ended(jobs, jobs.resume(lost)).state is State.FINISHED


def test_failures_with_and_without_a_last_word(jobs: Jobs, start: Callable[..., Job]) -> None:
    failed = ended(jobs, start("fails", name="nan"))
    assert (failed.state, failed.word and failed.word.values["why"]) == (State.FAILED, "loss is NaN")
    silent = ended(jobs, start("silent", name="usage"))
    assert (silent.state, silent.word) == (State.FAILED, None)
    assert silent.attempt is not None
    assert silent.attempt.exit_code == 2
    assert "line 7" in (silent.folder / process.LOG).read_text()


def test_the_last_word_of_an_earlier_start_does_not_count(jobs: Jobs, start: Callable[..., Job]) -> None:
    job = ended(jobs, start("fails"))
    assert job.attempt is not None
    Path(job.attempt.arguments["config"]).write_text("5 silent")
    again = ended(jobs, jobs.resume(job))
    assert again.word is None, "the second start failed before it said anything"
    assert again.state is State.FAILED


def test_one_that_hears_nothing_is_ended_only_after_its_time(
    jobs: Jobs, start: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = at_step(jobs, start("stubborn"), 2)
    with pytest.raises(BadInput, match="ask it to stop first"):
        jobs.end(job)
    asked = jobs.stop(job)
    assert asked.state is State.STOPPING
    assert not asked.may_end(datetime.now(UTC))
    assert asked.may_end(datetime.now(UTC) + timedelta(seconds=desk.GRACE))
    with pytest.raises(BadInput, match="ask it to stop first"):
        jobs.end(job)
    monkeypatch.setattr(desk, "GRACE", 0.0)
    jobs.end(job)
    assert ended(jobs, job).state is State.STOPPED
    with pytest.raises(BadInput, match="has ended already"):
        jobs.stop(job)


def test_a_run_from_the_command_line_is_listed_and_can_be_stopped(jobs: Jobs, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "counting" / "by-hand"
    folder.mkdir(parents=True)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
    spoke = datetime.now(UTC) + timedelta(seconds=1)
    events = folder / "events.jsonl"
    jsonl.append(events, {"time": spoke.isoformat(), "event": "started", "pid": other.pid, "steps": 9})
    (job,) = jobs.all(COUNT)
    assert (job.state, job.is_from_elsewhere) == (State.RUNNING, True)
    with pytest.raises(BadInput, match="command line"):
        jobs.resume(job)
    jobs.stop(job)
    assert other.wait(20) == -signal.SIGTERM
    assert now(jobs, job).state is State.LOST


def test_a_number_used_again_by_a_younger_process_is_not_the_run(jobs: Jobs, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "counting" / "old"
    folder.mkdir(parents=True)
    event = {"time": "2020-01-01T00:00:00+00:00", "event": "started", "pid": os.getpid(), "steps": 9}
    jsonl.append(folder / "events.jsonl", event)
    (job,) = jobs.all(COUNT)
    assert job.state is State.LOST


@pytest.mark.parametrize("line", ["nonsense", '{"deed": "start"}', '{"time": "x", "deed": "stop"}'])
def test_a_damaged_record_hides_neither_its_run_nor_the_others(
    jobs: Jobs, start: Callable[..., Job], line: str
) -> None:
    damaged, other = ended(jobs, start("well", name="damaged")), ended(jobs, start("well", name="other"))
    (damaged.folder / record.FILE).write_text(f"{line}\n")
    assert {job.name: job.state for job in jobs.all(COUNT)} == dict.fromkeys(("damaged", "other"), State.FINISHED)
    assert other.folder.is_dir()


def test_only_listed_folders_are_found(jobs: Jobs, tmp_path: Path) -> None:
    for key in ("", "..", "/etc", str(tmp_path), str(tmp_path / "runs" / "counting" / ".." / "..")):
        assert jobs.find(COUNT, key) is None
    assert jobs.all(COUNT) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", ".hidden", "Großes", "a b", "x" * 81, "-x", "a\n"])
def test_names_that_are_no_plain_name(jobs: Jobs, name: str, tmp_path: Path) -> None:
    config = tmp_path / "c.txt"
    config.write_text("1 well")
    if name == "a\n":
        assert kinds.run_name(name) == "a", "white space around it is no part of it"
        return
    with pytest.raises(BadInput, match="a name has 1 to 80"):
        jobs.start(COUNT, name, {"config": str(config)})
    assert not (tmp_path / "runs").exists()


def test_arguments_are_checked_and_none_can_pass_as_an_option(tmp_path: Path) -> None:
    file = tmp_path / "--out=elsewhere"
    file.write_text("x")
    line = kinds.FINETUNE.line({"config": str(file), "data": str(file)}, tmp_path)
    assert line[1:4] == ["-m", "train", "finetune"]
    assert line[4:] == [str(file), f"--data={file}", f"--out={tmp_path}"]
    for arguments, said in (
        ({}, "missing: config"),
        ({"config": str(file), "shell": "rm"}, "unknown: shell"),
        ({"config": str(tmp_path / "none.yaml")}, "config: .*no such file"),
        ({"config": str(tmp_path)}, "a folder; the path of a file"),
        ({"config": "a\0b"}, "control character"),
    ):
        with pytest.raises(BadInput, match=said):
            kinds.FINETUNE.line(arguments, tmp_path)


@pytest.mark.parametrize("given", ["8x80GB", " 4xH200 ", "8xA100-80GB"])
def test_cards_as_people_write_them(given: str) -> None:
    assert kinds.cards(given) == given.strip()


@pytest.mark.parametrize("given", ["", "80GB", "0x80GB", "8x80", "8x80GB; rm -rf /", "--json"])
def test_what_names_no_cards(given: str) -> None:
    with pytest.raises(BadInput, match="such as 8x80GB"):
        kinds.cards(given)


def test_several_processes_are_started_by_torchs_launcher(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("x")
    line = kinds.FINETUNE.line({"config": str(file)}, tmp_path, processes=8)
    assert line[1:3] == ["-m", "torch.distributed.run"]
    assert line[line.index("--nproc-per-node") + 1 :][:4] == ["8", "-m", "train", "finetune"]


def test_a_new_folder_begins_with_its_files_or_is_not_left_behind(jobs: Jobs, tmp_path: Path) -> None:
    folder = jobs.folder(COUNT, "new")
    arguments = {"config": str(folder / "job.yaml")}
    with pytest.raises(BadInput, match="no such file"):
        jobs.start(COUNT, "new", {"config": str(tmp_path / "none")}, files={"job.yaml": b"3 well"})
    assert not folder.exists()
    ended(jobs, jobs.start(COUNT, "new", arguments, files={"job.yaml": b"3 well"}))
    with pytest.raises(BadInput, match="there is a run of this name"):
        jobs.start(COUNT, "new", arguments, files={"job.yaml": b"9 fails"})
    assert (folder / "job.yaml").read_bytes() == b"3 well"


def test_a_folder_with_the_jobs_own_files_is_new_to_the_command(jobs: Jobs, start: Callable[..., Job]) -> None:
    job = ended(jobs, start("silent"))
    (job.folder / "job.yaml").write_text("name: x")
    assert Run.create(job.folder, {"asked": 1}).settings() == {"asked": 1}


def write_lines(path: Path, *lines: Any) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def test_a_growing_file_is_read_once_and_torn_ends_wait(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    trail = Trail(path)
    assert list(trail.new()) == []
    write_lines(path, {"n": 1}, {"n": 2})
    with path.open("a") as file:
        file.write('{"n": 3, "text": "ha')
    first = list(trail.new())
    assert [(line.at, line.value) for line in first] == [(0, {"n": 1}), (9, {"n": 2})]
    assert list(trail.new()) == []
    with path.open("a") as file:
        file.write('lf"}\n')
    assert [line.value["text"] for line in trail.new()] == ["half"]
    jsonl.append(path, {"n": 4})
    with path.open("ab") as file:
        file.write(b'{"n": 5, "te')
    jsonl.append(path, {"n": 6})  # closes the torn line with its mark
    with path.open("ab") as file:
        file.write(b"nonsense\n[1]\n")
    assert [line.value["n"] for line in trail.new()] == [4, 6]
    assert trail.broken == 2
    assert not trail.starts_over()
    path.unlink()
    write_lines(path, {"n": 7})
    assert trail.starts_over()
    assert [line.value["n"] for line in trail.new()] == [7]


def test_after_a_resume_the_later_line_counts_and_undone_steps_go(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    steps = [{"event": "step", "step": number, "loss": 10.0 - number} for number in range(1, 6)]
    write_lines(path, {"event": "started", "steps": 9, "resumed_from": None}, *steps, {"event": "sample", "step": 5})
    tally = Tally()
    trail = Trail(path)
    for line in trail.new():
        tally.take(line)
    assert [step.number for step in tally.progress().steps] == [1, 2, 3, 4, 5]
    write_lines(
        path, {"event": "started", "steps": 9, "resumed_from": 3}, {"event": "step", "step": 4, "loss": 1, "mfu": None}
    )
    for line in trail.new():
        tally.take(line)
    now = tally.progress()
    assert [(step.number, step.loss) for step in now.steps] == [(1, 9.0), (2, 8.0), (3, 7.0), (4, 1.0)]
    assert now.texts == (), "written with weights that are no more"
    assert now.last is not None
    assert now.last.mfu != now.last.mfu, "not measured is NaN"


ANSWER = Kind("tests.answering", "say", {"config": kinds.a_file}, {}, ("--json",))


def test_a_question_is_answered_with_json_or_a_reason(tmp_path: Path) -> None:
    questions = Questions()
    with contextlib.closing(questions):
        good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
        good.write_text('{"fits": true}')
        bad.write_text("")
        answers = {}
        for file in (good, bad):
            name = questions.ask(ANSWER, {}, {"config": file.read_bytes()})
            answers[file] = until(lambda name=name: questions.look(name))
        assert (answers[good].exit_code, answers[good].said) == (0, {"fits": True})
        assert (answers[bad].exit_code, answers[bad].said) == (2, None)
        assert answers[bad].error.strip() == "train: nothing to say"
        with pytest.raises(BadInput, match="ask again"):
            questions.look("never asked")


def test_questions_end_when_nobody_waits_and_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "slow.txt"
    slow.write_text("sleep")
    questions = Questions()
    with contextlib.closing(questions):
        monkeypatch.setattr("app.jobs.questions.MOST", 1)
        name = questions.ask(ANSWER, {"config": str(slow)})
        assert questions.look(name) is None
        with pytest.raises(BadInput, match="wait for one"):
            questions.ask(ANSWER, {"config": str(slow)})
        mine = [one for one in psutil.Process().children() if "tests.answering" in one.cmdline()]
        assert len(mine) == 1
        questions.drop(name)
        assert not mine[0].is_running()
