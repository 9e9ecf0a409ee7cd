"""Fixtures every test file may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No time limit for one example: on a busy machine it would fail laws that hold.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the paper's release and real votes; tests on them skip where it is absent."""
    folder = Path(os.environ.get("SPORC_VIST_SHARED") or ROOT.parent / "shared")
    if not (folder / "release").is_dir():
        pytest.skip(f"{folder}: no release here; set SPORC_VIST_SHARED to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def release(shared: Path) -> Path:
    return shared / "release"
