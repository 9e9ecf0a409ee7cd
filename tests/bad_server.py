"""A real HTTP server on loopback that speaks the chat-completions protocol and misbehaves as told.

Each request takes the next reply of the script (the last one repeats). What was asked, and when a client went away, is
kept for the test to look at.
"""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["_Handler", dict[str, Any]], None]


@dataclass
class Seen:
    """One request as it arrived."""

    at: float
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    gone: threading.Event = field(default_factory=threading.Event)
    """Set once the client has closed the connection while the server still held it."""


class BadServer:
    """`with BadServer([status(500), ok("Hello")]) as server:`; `server.base` is the api_base."""

    def __init__(self, script: Sequence[Reply]) -> None:
        self.script = list(script)
        self.seen: list[Seen] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = _Threads(("127.0.0.1", 0), _Handler)
        self._http.bad = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def next_reply(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            return self.script[min(len(self.seen), len(self.script)) - 1]

    def __enter__(self) -> "BadServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    bad: BadServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what many of these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: Seen

    @property
    def bad(self) -> BadServer:
        assert isinstance(self.server, _Threads)
        return self.server.bad

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.seen = Seen(time.monotonic(), self.path, dict(self.headers.items()), body)
        self.close_connection = True
        self.bad.next_reply(self.seen)(self, body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class names it so
        """Quiet."""

    def whole(self, code: int, body: bytes, kind: str = "application/json", headers: Mapping[str, str] = {}) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()

    def event(self, data: str) -> None:
        raw = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))
        self.wfile.flush()

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def hang(self) -> None:
        """Hold the connection until the client leaves or the server is closed."""
        while not self.bad.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                self.seen.gone.set()
                return


def _chunk(model: str, delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps(
        {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice], **more}
    )


def _usage(tokens: tuple[int, int]) -> dict[str, int]:
    return {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}


def ok(
    *pieces: str,
    finish: str = "stop",
    reasoning: Sequence[str] = (),
    usage: tuple[int, int] | None = (11, 7),
    every: float = 0.0,
) -> Reply:
    """A good answer in `pieces`, `every` seconds apart; streamed where the request asks for that."""

    def reply(handler: _Handler, body: dict[str, Any]) -> None:
        if not body.get("stream"):
            handler.whole(200, json.dumps(_completion(body["model"], "".join(pieces), finish, usage)).encode())
            return
        handler.begin_stream()
        handler.event(_chunk(body["model"], {"role": "assistant", "content": ""}))
        for piece in reasoning:
            handler.event(_chunk(body["model"], {"reasoning_content": piece}))
        for piece in pieces:
            time.sleep(every)
            handler.event(_chunk(body["model"], {"content": piece}))
        handler.event(_chunk(body["model"], {}, finish))
        if usage:
            last = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body["model"], "choices": []}
            handler.event(json.dumps({**last, "usage": _usage(usage)}))
        handler.event("[DONE]")
        handler.end_stream()

    return reply


def _completion(model: str, text: str, finish: str, usage: tuple[int, int] | None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        **({"usage": _usage(usage)} if usage else {}),
    }


def status(code: int, message: str = "no", headers: Mapping[str, str] = {}, error: Mapping[str, Any] = {}) -> Reply:
    """An error in the protocol's own form."""
    body = json.dumps({"error": {"message": message, "type": "bad", "code": code, **error}}).encode()
    return lambda handler, _: handler.whole(code, body, headers=headers)


def not_json() -> Reply:
    """200 and a web page, as a proxy or a captive portal answers."""
    return lambda handler, _: handler.whole(200, b"<html><body>Welcome</body></html>", "text/html")


def hang_before_headers() -> Reply:
    return lambda handler, _: handler.hang()


def hang_in_stream(*pieces: str) -> Reply:
    """Some text, then silence on an open connection."""

    def reply(handler: _Handler, body: dict[str, Any]) -> None:
        handler.begin_stream()
        for piece in pieces:
            handler.event(_chunk(body["model"], {"content": piece}))
        handler.hang()

    return reply


def drip_nothing() -> Reply:
    """An open stream of chunks without a word in them."""

    def reply(handler: _Handler, body: dict[str, Any]) -> None:
        handler.begin_stream()
        while not handler.bad.closing.wait(0.02):
            handler.event(_chunk(body["model"], {"content": ""}))

    return reply


def cut(*pieces: str, clean: bool = False) -> Reply:
    """Some text, then the connection breaks. `clean` ends the body properly, yet without a finish reason."""

    def reply(handler: _Handler, body: dict[str, Any]) -> None:
        handler.begin_stream()
        for piece in pieces:
            handler.event(_chunk(body["model"], {"content": piece}))
        if clean:
            handler.end_stream()

    return reply


def free_port() -> int:
    """A loopback port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
