"""What must load light loads light, each in a fresh interpreter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT

HEAVY = {"torch", "transformers", "peft", "litellm", "accelerate", "deepspeed", "diffusers", "open_clip", "torchvision"}
FIRST_PAGE = """
import json, sys
from pathlib import Path
from app.services import open_services
from app.main import create_server
from core.settings import Environment, load_models
from starlette.testclient import TestClient
services = open_services(load_models(Path("models.yaml")), Environment.read({}, Path(sys.argv[1])))
with TestClient(create_server(services)) as client:
    page = client.get("/")
    assert page.status_code == 200 and "SPoRC-VIST" in page.text, page.status_code
    assert client.get("/healthz").json() == {"status": "ok"}
services.close()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
CORE = """
import json, sys
import core.budget, core.calls, core.dialogue, core.photos, core.prompts, core.records, core.runs, core.settings
import core.sources.release, core.writers.studio
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def modules_after(code: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.slow
def test_the_first_page_is_served_without_a_model_library(tmp_path: Path) -> None:
    assert modules_after(FIRST_PAGE, str(tmp_path)) & HEAVY == set()


def test_core_loads_no_model_library_no_screens_and_no_orm() -> None:
    assert modules_after(CORE) & (HEAVY | {"gradio", "sqlmodel", "sqlalchemy"}) == set()
