"""Entry of a Gradio-SDK Space, with or without ZeroGPU: `python app/space.py`.

`spaces` hooks into `Blocks.launch` and wants to be imported first, models on the GPU before the launch, and one
decorated generator that does all the work: so the writer runs inside this process, and the pages are launched instead
of mounted.
The operator's page is not served here; a Docker Space has it.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import spaces  # before anything that may load torch

from app import main as pages
from app import theme, web
from app.services import Services, open_services
from core.settings import HOME, Environment, LocalSystem, Models, load_models
from core.writers.events import Failed, WriteRequest, WriterEvent
from core.writers.local.in_process import InProcessWriter
from core.writers.studio import Studio

GPU_SECONDS = 180
"""Asked of ZeroGPU for one comparison: two stories of about 800 words in one batch."""
_writers: list[InProcessWriter] = []


def writer() -> InProcessWriter:
    """The one writer of this process; found at module level, since the process of a lent GPU is a fork of this one."""
    return _writers[0]


@spaces.GPU(duration=GPU_SECONDS)
def write_on_gpu(request: WriteRequest, system_ids: tuple[str, ...], number: int) -> Iterator[WriterEvent]:
    """Both sides inside one decorated generator: two calls would cost two quotas."""
    yield from writer().share(request, system_ids, number)


def write_or_say_why(request: WriteRequest, system_ids: tuple[str, ...], number: int) -> Iterator[WriterEvent]:
    """A GPU that is refused or taken away (a used-up quota, a queue) is a line for the visitor, not a fault of ours."""
    import gradio as gr

    try:
        yield from write_on_gpu(request, system_ids, number)
    except gr.Error as error:
        line = " ".join(re.sub(r"<[^>]*>", " ", str(error.message)).split()).rstrip(".")
        for system_id in system_ids:
            yield Failed(system_id, f"The lent GPU gave up: {line}. Try again later.", "error")


def make_services(models: Models, environment: Environment) -> Services:
    """Loads the local systems that are compared, so that they are on the GPU before the launch."""
    compared = [models.system(name) for name in models.compared]
    local = [_placed(system) for system in compared if isinstance(system, LocalSystem)]
    made = InProcessWriter(local, models.folder, environment.data)
    made.load()
    made.around = write_or_say_why
    _writers[:] = [made]
    studio = Studio(models, environment.data, local=lambda _systems, _folder, _data: made)
    return open_services(models, environment, studio)


def _placed(system: LocalSystem) -> LocalSystem:
    """ZeroGPU shows one GPU that is not there yet, which `auto` would measure in vain."""
    from spaces.config import Config

    lent = Config.zero_gpu and system.device_map == "auto"
    return system.model_copy(update={"device_map": "cuda"}) if lent else system


def main() -> None:
    """Blocks while the Space runs. SPORC_VIST_MODELS names the models file, models.yaml where it is not set."""
    models = load_models(Path(os.environ.get("SPORC_VIST_MODELS") or HOME / "models.yaml"))
    services = make_services(models, Environment.read())
    demo = pages.build_app(services)
    demo.launch(
        server_name=os.environ.get("GRADIO_SERVER_NAME", "0.0.0.0"),
        theme=theme.theme(),
        head=theme.head(),
        app_kwargs={"routes": web.routes(services), "middleware": web.middleware(services)},
        **pages.PAGE,
    )


if __name__ == "__main__":
    main()
