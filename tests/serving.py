"""The real server as a process, a proxy that records what a browser receives, and a real Chromium."""

import contextlib
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the package `chromium` to run the browser tests"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Server:
    """`python -m app` in a process of its own, with folders of its own."""

    folder: Path
    models: Path = ROOT / "models.yaml"
    environment: dict[str, str] = field(default_factory=dict[str, str])
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def temp(self) -> Path:
        return self.folder / "tmp"

    @property
    def database(self) -> Path:
        return self.data / "sporc-vist.sqlite"

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> "Server":
        self.temp.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "TMPDIR": str(self.temp),
            "HOME": str(self.folder / "home"),
            "OMP_NUM_THREADS": "1",
            **self.environment,
        }
        environment.pop("GRADIO_TEMP_DIR", None)
        command = [
            sys.executable,
            "-m",
            "app",
            "--port",
            str(self.port),
            "--data",
            str(self.data),
            "--models",
            str(self.models),
        ]
        with (self.folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        self._await_page()
        return self

    def _await_page(self) -> None:
        assert self.process is not None
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log[-3000:]}")
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(self.url + "healthz", timeout=2),
            ):
                return
            time.sleep(0.1)
        raise RuntimeError(f"no page after a minute:\n{self.log[-3000:]}")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class RecordingProxy:
    """Passes bytes through between a browser and the server, and keeps all that goes to the browser."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.received: dict[int, list[bytes]] = {}
        """What came from the server, by connection."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def bytes(self) -> bytes:
        """Of all connections, one after the other, so that no answer is torn by another."""
        return b"".join(b"".join(list(chunks)) for chunks in list(self.received.values()))

    def close(self) -> None:
        self._ended.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            number = len(self.received)
            self.received[number] = []
            threading.Thread(target=self._pass_on, args=(browser, number), daemon=True).start()

    def _pass_on(self, browser: socket.socket, number: int) -> None:
        with (
            browser,
            socket.create_connection(("127.0.0.1", self.target_port)) as server,
            selectors.DefaultSelector() as ready,
        ):
            ready.register(browser, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, browser)
            while not self._ended.is_set():
                for key, _mask in ready.select(timeout=0.5):
                    try:
                        chunk = key.fileobj.recv(65536)  # pyright: ignore[reportAttributeAccessIssue]  # sockets only
                    except OSError:
                        return
                    if not chunk:
                        return
                    if key.fileobj is server:
                        self.received[number].append(chunk)
                    with contextlib.suppress(OSError):
                        key.data.sendall(chunk)


@contextlib.contextmanager
def chromium(**context: Any) -> Iterator[Any]:
    """A page of a fresh browser; keyword arguments go to the browser context."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        try:
            page = browser.new_context(**context).new_page()
            page.set_default_timeout(30_000)
            yield page
        finally:
            browser.close()
