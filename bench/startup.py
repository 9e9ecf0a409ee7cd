"""Start-up of the app against a bare Gradio page, both in fresh processes, in turns, in one run.

Measured from the start of the process to the first answered page, `python -m bench.startup [--rounds N]`.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARE = """
import os, sys
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio as gr
with gr.Blocks() as demo:
    gr.Markdown("Hello")
demo.launch(server_port=int(sys.argv[1]), server_name="127.0.0.1", quiet=True)
"""
LIMIT_SECONDS = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seconds_to_first_page(command: list[str], port: int) -> float:
    """Starts the command, waits for its page, ends it."""
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while time.perf_counter() - started < LIMIT_SECONDS:
            if process.poll() is not None:
                said = process.stderr.read().decode() if process.stderr else ""
                raise RuntimeError(f"{' '.join(command[:4])} ended with {process.returncode}: {said[-500:]}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
                    page.read()
                return time.perf_counter() - started
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.02)
        raise RuntimeError(f"no page within {LIMIT_SECONDS:.0f} s")
    finally:
        process.kill()
        process.wait()


def bare() -> float:
    port = free_port()
    return seconds_to_first_page([sys.executable, "-c", BARE, str(port)], port)


def app(data: str) -> float:
    port = free_port()
    return seconds_to_first_page([sys.executable, "-m", "app", "--port", str(port), "--data", data], port)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as data:
        first = app(data)  # makes the database; every later start finds it
        bare()
        pairs = [(bare(), app(data)) for _ in range(rounds)]
    plain, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"first start of all, database made   {first:6.2f} s")
    print(f"bare Gradio page                    {plain:6.2f} s  (median of {rounds})")
    print(f"python -m app                       {ours:6.2f} s  (median of {rounds})")
    print(f"ratio                               {ours / plain:6.2f}    (wanted: at most 1.50)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
