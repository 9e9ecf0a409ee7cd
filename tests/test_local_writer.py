"""The local writer as the app meets it: a worker of its own, events of several systems, stops, crashes, recovery."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.errors import SettingsError, WriterError
from core.records import Finish, Sampling
from core.settings import HOME
from core.writers.events import Delta, Failed, Finished, Loading, WriterEvent
from core.writers.local import LocalWriter, identity, places, untrained
from core.writers.local.adapters import RowAdapters
from core.writers.local.batch import Row
from core.writers.local.faults import CheckpointError
from tests.local_helpers import GREEDY, Tiny, ask, collect, jpeg, run, system, tiny_checkpoint

__all__ = ["tiny_checkpoint"]
ENDLESS = Sampling(max_new_tokens=6000)
BOTH = ("base", "tuned")
NOISY = """
import sys, threading, time, os
def shout():
    while True:
        os.write(1, b"noise on one "), print("noise", flush=True), time.sleep(0.05)
if sys.orig_argv[1:3] == ["-m", "core.writers.local.worker"]:
    print("noise before anything else")
    threading.Thread(target=shout, daemon=True).start()
"""


@dataclass(frozen=True)
class Desk:
    writer: LocalWriter
    folder: Path
    temporary: Path

    def files(self) -> set[Path]:
        return {path for path in [*self.folder.rglob("*"), *self.temporary.rglob("*")] if path.is_file()}


@pytest.fixture(scope="module")
def desk(tiny_checkpoint: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One worker for all tests of this file, with a library in it that never stops printing."""
    folder, temporary, noise = (tmp_path_factory.mktemp(name) for name in ("home", "temporary", "noise"))
    (noise / "sitecustomize.py").write_text(NOISY)
    (folder / "broken").mkdir()
    (folder / "base").symlink_to(tiny_checkpoint.base)
    systems = [
        system("base", "base"),
        system("tuned", "base", tiny_checkpoint.adapter),
        system("other", "base", tiny_checkpoint.other, max_pixels=64 * 64),
        system("broken", "base", "broken"),
        system("tight", "base", max_length=256),
        system("brief", "base", max_new_tokens=5),
        system("nowhere", "./nowhere"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(noise))
        patch.setenv("TMPDIR", str(temporary))
        patch.setenv("OMP_NUM_THREADS", "1")
        writer = LocalWriter(systems, folder, folder / "data")
        yield Desk(writer, folder, temporary)
        writer.close()


def _alive(pid: int) -> bool:
    with suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return False


def _gone_within(pid: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while _alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not _alive(pid)


@pytest.mark.slow
def test_two_systems_on_one_base_equal_their_solo_runs(desk: Desk) -> None:
    before = desk.files()
    request = ask(jpeg("red"), jpeg("blue"))
    together = run(desk.writer, request, BOTH)
    alone = {name: run(desk.writer, request, [name])[name] for name in BOTH}
    assert {name: text for name, (text, _) in together.items()} == {name: text for name, (text, _) in alone.items()}
    assert together["base"][0] != together["tuned"][0]
    assert len(set(desk.writer.pids().values())) == 1, "systems on one base share a process"
    for text, end in together.values():
        assert isinstance(end, Finished)
        assert (end.finish, end.tokens, end.price) == (Finish.LENGTH, 24, None)
        assert 0 < end.seconds < 20
        assert len(text.split()) > 10
    assert desk.files() == before, "something of a story was put on disk"


def test_both_are_the_same_after_a_failed_and_after_a_stopped_request(desk: Desk) -> None:
    request = ask(jpeg("green"), jpeg("white", (90, 200)))
    before = run(desk.writer, request, BOTH)
    failed = run(desk.writer, ask(jpeg(), b"this is no photo"), BOTH)
    for text, end in failed.values():
        assert isinstance(end, Failed)
        assert (text, end.reason) == ("", "error")
        assert end.message.startswith("Photo 2 cannot be read")
    after_failure = run(desk.writer, request, BOTH)
    stop = threading.Event()
    events = desk.writer.write(ask(sampling=ENDLESS), BOTH, stop)
    for event in events:
        if isinstance(event, Delta):
            stop.set()
    after_stop = run(desk.writer, request, BOTH)
    texts = [{name: text for name, (text, _) in each.items()} for each in (before, after_failure, after_stop)]
    assert texts[0] == texts[1] == texts[2]


def test_stop_ends_both_within_half_a_second(desk: Desk) -> None:
    stop = threading.Event()
    stopped = 0.0
    heard: list[WriterEvent] = []
    for event in desk.writer.write(ask(sampling=ENDLESS), BOTH, stop):
        heard.append(event)
        if not stopped and {e.system_id for e in heard if isinstance(e, Delta)} == set(BOTH):
            stopped = time.monotonic()
            stop.set()
    assert time.monotonic() - stopped < 0.5
    ends = [event for event in heard if isinstance(event, Finished)]
    assert [end.finish for end in ends] == [Finish.STOPPED] * 2
    assert all(end.tokens and end.fingerprint for end in ends), "the worker itself stopped, not only its listener"


def test_stop_is_heard_even_while_the_model_is_deaf(desk: Desk) -> None:
    pid = desk.writer.pids()["base"]
    stop = threading.Event()
    frozen = 0.0
    heard: list[WriterEvent] = []
    try:
        for event in desk.writer.write(ask(sampling=ENDLESS), BOTH, stop):
            heard.append(event)
            if isinstance(event, Delta) and not frozen:
                os.kill(pid, signal.SIGSTOP)  # as one very long step would
                frozen = time.monotonic()
                stop.set()
        assert time.monotonic() - frozen < 0.5
    finally:
        os.kill(pid, signal.SIGCONT)
    ends = [event for event in heard if isinstance(event, Finished)]
    assert [end.finish for end in ends] == [Finish.STOPPED] * 2
    assert all(end.fingerprint for end in ends)


def test_closing_the_events_stops_the_models(desk: Desk) -> None:
    events = desk.writer.write(ask(sampling=ENDLESS), BOTH, threading.Event())
    while not isinstance(next(events), Delta):
        pass
    closed = time.monotonic()
    events.close()  # type: ignore[attr-defined]  # a generator, which the protocol only calls an iterator
    assert time.monotonic() - closed < 0.5
    run(desk.writer, ask(sampling=Sampling(temperature=0.0, max_new_tokens=1)), ["base"])
    assert time.monotonic() - closed < 5, "the closed request went on writing"


def test_stopping_before_the_first_word_ends_at_once(desk: Desk) -> None:
    stop = threading.Event()
    stop.set()
    began = time.monotonic()
    ends = run(desk.writer, ask(sampling=ENDLESS), BOTH, stop)
    assert time.monotonic() - began < 1
    assert [end.finish for _, end in ends.values() if isinstance(end, Finished)] == [Finish.STOPPED] * 2


def test_a_seed_gives_the_same_text_alone_and_in_company(desk: Desk) -> None:
    def drawn(seed: int, *names: str) -> dict[str, str]:
        request = ask(sampling=Sampling(max_new_tokens=40, seed=seed))
        return {name: text for name, (text, _) in run(desk.writer, request, names).items()}

    company = drawn(11, "other", "base", "tuned")
    assert drawn(11, "tuned") == {"tuned": company["tuned"]}
    assert drawn(11, "base", "tuned") == {name: company[name] for name in ("base", "tuned")}
    assert drawn(12, "tuned") != {"tuned": company["tuned"]}


def test_text_comes_in_pieces_at_most_about_twenty_a_second(desk: Desk) -> None:
    events = list(desk.writer.write(ask(sampling=Sampling(max_new_tokens=300)), BOTH, threading.Event()))
    pieces = [event for event in events if isinstance(event, Delta) and event.system_id == "base"]
    (end,) = [event for event in events if isinstance(event, Finished) and event.system_id == "base"]
    assert 2 <= len(pieces) <= 20 * end.seconds + 2


def test_stories_of_several_visitors_wait_their_turn_and_are_told_so(desk: Desk) -> None:
    stop = threading.Event()
    first = desk.writer.write(ask(sampling=ENDLESS), BOTH, stop)
    while not isinstance(next(first), Delta):
        pass
    requests = [ask(jpeg(colour), sampling=GREEDY) for colour in ("red", "blue", "white")]
    alone: list[list[WriterEvent]] = []

    def visit(number: int) -> list[WriterEvent]:
        time.sleep(0.1 * number)
        return list(desk.writer.write(requests[number], BOTH, threading.Event()))

    with ThreadPoolExecutor(3) as visitors:
        told = [visitors.submit(visit, number) for number in range(3)]
        time.sleep(0.6)
        stop.set()
        assert all(isinstance(end, Finished) for _, end in collect(first).values())
        alone = [each.result(timeout=30) for each in told]
    said = [[event.message for event in events if isinstance(event, Loading)] for events in alone]
    assert [messages[0] for messages in said] == [
        "Waiting for the story before yours",
        "Waiting for the 2 stories before yours",
        "Waiting for the 3 stories before yours",
    ]
    for request, events in zip(requests, alone, strict=True):
        assert {name: text for name, (text, _) in collect(events).items()} == {
            name: text for name, (text, _) in run(desk.writer, request, BOTH).items()
        }


def test_a_broken_adapter_fails_its_own_system_and_names_nothing(desk: Desk) -> None:
    ends = run(desk.writer, ask(), ["base", "broken"])
    assert isinstance(ends["base"][1], Finished)
    broken = ends["broken"][1]
    assert isinstance(broken, Failed)
    assert broken.message == "The adapter does not fit its base. The server's log says what to change."


def test_what_does_not_fit_fails_with_figures(desk: Desk) -> None:
    ends = run(desk.writer, ask(sampling=Sampling(max_new_tokens=240)), ["tight", "base"])
    tight = ends["tight"][1]
    assert isinstance(tight, Failed)
    assert "1 photos need at least" in tight.message and "max_length" in tight.message
    assert isinstance(ends["base"][1], Finished)


def test_a_systems_own_bound_holds_beside_one_without(desk: Desk) -> None:
    told = run(desk.writer, ask(jpeg("red")), ["brief", "base"])
    ends = {name: end for name, (_, end) in told.items()}
    assert all(isinstance(end, Finished) and end.finish is Finish.LENGTH for end in ends.values())
    assert {name: end.tokens for name, end in ends.items() if isinstance(end, Finished)} == {"brief": 5, "base": 24}
    assert told["base"][0].startswith(told["brief"][0])


def test_an_unknown_or_doubled_system_is_refused(desk: Desk) -> None:
    with pytest.raises(SettingsError, match="no local system is called 'x'"):
        run(desk.writer, ask(), ["base", "x"])
    with pytest.raises(SettingsError, match="twice"):
        run(desk.writer, ask(), ["base", "base"])


def test_fingerprints_are_those_of_the_stories_and_differ_between_systems(desk: Desk) -> None:
    ends = run(desk.writer, ask(), ["base", "tuned", "other"])
    found = {name: end.fingerprint for name, (_, end) in ends.items() if isinstance(end, Finished)}
    assert len(set(found.values())) == 3
    assert found == {name: desk.writer.fingerprint(name) for name in found}


@pytest.mark.slow
def test_a_killed_worker_fails_its_stories_and_the_next_one_starts_anew(desk: Desk) -> None:
    before = run(desk.writer, ask(), BOTH)
    pid = desk.writer.pids()["base"]
    events = desk.writer.write(ask(sampling=ENDLESS), BOTH, threading.Event())
    heard: list[WriterEvent] = []
    for event in events:
        heard.append(event)
        if isinstance(event, Delta) and _alive(pid):
            os.kill(pid, signal.SIGKILL)
    ends = [event for event in heard if isinstance(event, Failed)]
    assert {end.system_id for end in ends} == set(BOTH)
    assert all(end.reason == "crash" and "Try again" in end.message for end in ends)
    after = run(desk.writer, ask(), BOTH)
    assert desk.writer.pids()["base"] != pid
    assert {name: text for name, (text, _) in after.items()} == {name: text for name, (text, _) in before.items()}


@pytest.mark.slow
def test_a_model_that_is_not_there_is_said_and_closing_ends_the_process(desk: Desk, capfd: object) -> None:
    writer = LocalWriter([system("nowhere", "./nowhere")], desk.folder, desk.folder)
    stop = threading.Event()
    ends = run(writer, ask(), ["nowhere"], stop)
    failed = ends["nowhere"][1]
    assert isinstance(failed, Failed)
    assert failed.message == "The model cannot be found. The server's log says what to change."
    with pytest.raises(WriterError, match="cannot be found"):
        writer.fingerprint("nowhere")
    pid = writer.pids()["nowhere"]
    writer.close()
    assert _gone_within(pid, 1)
    with pytest.raises(WriterError, match="closed"):
        run(writer, ask(), ["nowhere"])


CHILD = """
import sys, threading
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from core.writers.local import LocalWriter
from tests.local_helpers import ask, system
from core.records import Sampling
writer = LocalWriter([system("base", sys.argv[1])], Path("."), Path("."))
for event in writer.write(ask(sampling=Sampling(max_new_tokens=6000)), ["base"], threading.Event()):
    print(writer.pids()["base"], type(event).__name__, "torch" in sys.modules, flush=True)
"""


@pytest.mark.slow
def test_a_worker_ends_when_its_app_is_killed_and_the_app_never_loads_torch(tiny_checkpoint: Tiny) -> None:
    app = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tiny_checkpoint.base)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=HOME,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(HOME)},
    )
    with app:
        assert app.stdout is not None
        for line in app.stdout:
            pid, kind, torch = line.split()
            assert torch == "False"
            if kind == "Delta":
                break
        else:
            pytest.fail("the app ended before its model wrote")
        assert _alive(int(pid))
        app.kill()
    assert _gone_within(int(pid), 2)


# --- fingerprints, places and the untrained model, without a worker ---


def test_fingerprint_follows_content_dtype_and_quantization_and_not_the_folder(
    tiny_checkpoint: Tiny, tmp_path: Path
) -> None:
    def of(base: Path, adapter: Path | None, dtype: str = "float32", quantization: str = "none") -> str:
        return identity.fingerprint(base, adapter, dtype, quantization)

    first = of(tiny_checkpoint.base, tiny_checkpoint.adapter)
    copied = shutil.copytree(tiny_checkpoint.base, tmp_path / "elsewhere")
    assert of(copied, tiny_checkpoint.adapter) == first
    others = {
        of(tiny_checkpoint.base, None),
        of(tiny_checkpoint.base, tiny_checkpoint.other),
        of(tiny_checkpoint.base, tiny_checkpoint.adapter, dtype="bfloat16"),
        of(tiny_checkpoint.base, tiny_checkpoint.adapter, quantization="4bit"),
    }
    weights = bytearray((copied / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copied / "model.safetensors").write_bytes(weights)
    others.add(of(copied, tiny_checkpoint.adapter))
    assert len(others | {first}) == 6


def test_large_weights_count_by_size_and_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "WHOLE", 1000)
    path = tmp_path / "model-00001-of-00002.safetensors"
    path.write_bytes(bytes(3_000_000))
    first = identity.fingerprint(tmp_path, None, "bfloat16", "none")
    for place in (0, 195_700, 2_999_999):
        changed = bytearray(3_000_000)
        changed[place] = 1
        path.write_bytes(changed)
        assert identity.fingerprint(tmp_path, None, "bfloat16", "none") != first
    path.write_bytes(bytes(3_000_001))
    assert identity.fingerprint(tmp_path, None, "bfloat16", "none") != first


def _silent(_message: str, _fraction: float | None) -> None:
    return None


def test_places_of_models_and_adapters(tmp_path: Path) -> None:
    (tmp_path / "models" / "mine").mkdir(parents=True)
    assert places.find_base("models/mine", None, tmp_path, tmp_path, _silent) == tmp_path / "models" / "mine"
    assert places.find_base(str(tmp_path), None, Path("/nowhere"), tmp_path, _silent) == tmp_path
    for name, revision, fault in [
        ("models/missing", None, "no such folder"),
        ("missing", None, "give a folder, or a hub id"),
        ("models/mine", "v2", "has no revision 'v2'"),
    ]:
        with pytest.raises(CheckpointError) as refused:
            places.find_base(name, revision, tmp_path, tmp_path, _silent)
        assert fault in refused.value.detail
        assert "mine" not in str(refused.value)
    with pytest.raises(CheckpointError) as refused:
        places.find_adapter("untrained", "models/mine", tmp_path, tmp_path, _silent)
    assert "goes with model: untrained" in refused.value.detail


def test_jobs_that_do_not_fit_together_are_written_one_by_one(
    tiny_checkpoint: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.writers.local import batch
    from core.writers.local.engine import Engine, Job

    engine = Engine([system("base", tiny_checkpoint.base)], tmp_path, tmp_path)
    real, fits = batch.write, 1

    def write(model: Any, tokenizer: Any, closing: frozenset[int], rows: Sequence[Row], adapters: RowAdapters) -> None:
        if len(rows) > fits:
            raise MemoryError("no room")
        real(model, tokenizer, closing, rows, adapters)

    monkeypatch.setattr(batch, "write", write)

    def told() -> list[Finished | Failed]:
        heard: tuple[list[WriterEvent], ...] = ([], [])
        engine.write([Job(ask(), ("base",), each.append) for each in heard])
        return [collect(each)["base"][1] for each in heard]

    assert [end.finish for end in told() if isinstance(end, Finished)] == [Finish.LENGTH] * 2
    fits = 0
    assert [end.reason for end in told() if isinstance(end, Failed)] == ["memory"] * 2
    fits = 9
    assert [end.finish for end in told() if isinstance(end, Finished)] == [Finish.LENGTH] * 2


class _Hub(BaseHTTPRequestHandler):
    """A hub with one repository at one commit: the few answers that a download asks for."""

    files: ClassVar[dict[str, bytes]] = {}
    commit = "0123456789abcdef0123456789abcdef01234567"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        name = path.rpartition("/")[2]
        if path == "/api/models/owner/tiny/revision/main":
            siblings = [{"rfilename": file} for file in self.files]
            self._send(200, json.dumps({"id": "owner/tiny", "sha": self.commit, "siblings": siblings}).encode(), body)
        elif path == f"/api/models/owner/tiny/tree/{self.commit}":
            tree = [
                {"type": "file", "path": file, "size": len(data), "oid": sha1(data).hexdigest()}
                for file, data in self.files.items()
            ]
            self._send(200, json.dumps(tree).encode(), body)
        elif path.startswith(f"/owner/tiny/resolve/{self.commit}/") and name in self.files:
            self._send(200, self.files[name], body)
        else:
            self._send(404, b"{}", body)

    def _send(self, status: int, data: bytes, body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{sha1(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", self.commit)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        return


HUB_CHILD = """
import sys
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from core.writers.local import places
said = []
folder = places.find_base("owner/tiny", None, Path("/nowhere"), Path("/nowhere"), lambda *each: said.append(each))
print(folder)
print(sorted(path.name for path in folder.iterdir()))
print(max(fraction or 0 for _, fraction in said), *{message.split(":")[0] for message, _ in said}, sep="|")
try:
    places.find_base("owner/none", None, Path("/nowhere"), Path("/nowhere"), lambda *each: None)
except places.CheckpointError as error:
    print(error.reason, error.detail)
"""


@pytest.mark.slow
def test_a_hub_id_is_downloaded_with_progress_and_no_code(tiny_checkpoint: Tiny, tmp_path: Path) -> None:
    _Hub.files = {path.name: path.read_bytes() for path in tiny_checkpoint.base.iterdir()} | {
        "evil.py": b"",
        "x.bin": b"",
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = subprocess.run(
            [sys.executable, "-c", HUB_CHILD],
            capture_output=True,
            text=True,
            cwd=HOME,
            check=False,
            env={
                **os.environ,
                "HF_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}",
                "HF_HOME": str(tmp_path),
                "NO_PROXY": "127.0.0.1",
            },
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr
    folder, files, progress, refused = done.stdout.splitlines()
    assert folder.endswith(_Hub.commit)
    assert files == str(sorted({path.name for path in tiny_checkpoint.base.iterdir()}))
    assert progress.startswith("1.0|") and "Downloading the model" in progress
    assert refused.startswith("connection owner/none: no folder")


def test_the_untrained_model_is_put_together_once_even_by_two(
    tiny_checkpoint: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_started = threading.Barrier(2)

    def assemble(folder: Path) -> None:
        both_started.wait(timeout=10)
        shutil.copytree(tiny_checkpoint.base, folder / "base")
        shutil.copytree(tiny_checkpoint.adapter, folder / "adapter")

    monkeypatch.setattr(untrained, "assemble", assemble)
    with ThreadPoolExecutor(2) as pool:
        made = [pool.submit(untrained.folders, tmp_path / "data") for _ in range(2)]
        assert {each.result() for each in made} == {
            (tmp_path / "data" / "untrained" / "base", tmp_path / "data" / "untrained" / "adapter")
        }
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["untrained"]
    assert untrained.folders(tmp_path / "data")[1].is_dir()


def test_the_untrained_model_follows_from_its_seed_and_ends_by_itself(tmp_path: Path) -> None:
    from core.writers.local.engine import Engine, Job

    engine = Engine(
        [system("base", "untrained"), system("adapter", "untrained", "untrained")], tmp_path, tmp_path / "data"
    )
    stories: list[dict[str, tuple[str, Finished | Failed]]] = []
    for seed in range(4):
        heard: list[WriterEvent] = []
        sampling = Sampling(max_new_tokens=400, seed=seed)
        engine.write([Job(ask(jpeg("blue"), sampling=sampling), ("base", "adapter"), heard.append)])
        stories.append(collect(heard))
    finishes = [end.finish for story in stories for _, end in story.values() if isinstance(end, Finished)]
    assert len(finishes) == 8 and Finish.END in finishes
    for story in stories:
        assert story["base"][0] != story["adapter"][0]
        for text, _ in story.values():
            assert text.startswith("Speaker ")
    words = " ".join(text for story in stories for text, _ in story.values()).replace("Speaker", "").split()
    known = {*untrained.grammar.WORDS, "1", "2", ""}
    assert all(word.strip(".,!?:") in known for word in words)
    again = tmp_path / "again"
    untrained.assemble(again)
    files = sorted(path.relative_to(again) for path in again.rglob("*.safetensors"))
    assert len(files) == 2
    for file in files:
        assert (again / file).read_bytes() == (tmp_path / "data" / "untrained" / file).read_bytes()
