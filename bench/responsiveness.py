"""Does the page stay quick while two local systems write? Page requests during writing against the same when idle.

`python -m bench.responsiveness [--seconds N]`. Prints the median and the 95th percentile of both, in one run.
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from core.records import Sampling
from core.settings import HOME, load_models
from core.writers.events import WriteRequest
from core.writers.studio import Studio


def photo() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def page_times(url: str, seconds: float) -> list[float]:
    """Milliseconds of each request for the page, its settings and the health check, one after the other."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for path in ("", "config", "healthz"):
            started = time.perf_counter()
            with urllib.request.urlopen(url + path, timeout=10) as answer:
                answer.read()
            times.append((time.perf_counter() - started) * 1000)
        time.sleep(0.02)
    return times


def write_all_the_time(studio: Studio, stop: threading.Event, written: list[int]) -> None:
    systems = list(load_models(HOME / "models.yaml").compared[:2])
    while not stop.is_set():
        request = WriteRequest((photo(),) * 5, "Tell it.", Sampling(max_new_tokens=400, seed=len(written)))
        written.append(sum(1 for _ in studio.write(request, systems, stop)))


def serve(data: Path) -> str:
    """The app in a thread of this process, with the studio that will write."""
    import uvicorn

    from app.main import create_server
    from app.services import open_services
    from bench.startup import free_port
    from core.settings import Environment

    port = free_port()
    services = open_services(load_models(HOME / "models.yaml"), Environment.read({}, data))
    config = uvicorn.Config(create_server(services), host="127.0.0.1", port=port, log_level="error")
    threading.Thread(target=uvicorn.Server(config).run, daemon=True).start()
    url = f"http://127.0.0.1:{port}/"
    for _ in range(300):
        try:
            urllib.request.urlopen(url + "healthz", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    return url


def line(name: str, times: list[float]) -> str:
    p95 = statistics.quantiles(times, n=20)[-1]
    return f"{name:14} n={len(times):5}  median {statistics.median(times):7.1f} ms   p95 {p95:7.1f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        url = serve(Path(folder))
        studio = Studio(load_models(HOME / "models.yaml"), Path(folder))
        stop, written = threading.Event(), []
        page_times(url, 2)
        idle = page_times(url, seconds)
        writer = threading.Thread(target=write_all_the_time, args=(studio, stop, written))
        writer.start()
        while not written and writer.is_alive():
            time.sleep(0.1)  # the first story includes loading the model
        busy = page_times(url, seconds)
        stop.set()
        writer.join()
        studio.close()
    print(line("idle", idle))
    print(line("while writing", busy))
    print(f"stories written meanwhile: {len(written) - 1}; wanted: p95 under 200 ms while writing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
