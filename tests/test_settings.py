"""models.yaml and the environment: every fault is one line that names it; every shipped file loads."""

from pathlib import Path

import pytest

from core.errors import SettingsError
from core.settings import Environment, HostedSystem, LocalSystem, load_models
from tests.serving import ROOT

TWO = "systems:\n  - {id: a, kind: local, model: m}\n  - {id: b, kind: hosted, model: openai/gpt}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "models.yaml"
    path.write_text(text, encoding="utf-8")
    return path


SHIPPED = [ROOT / "models.yaml", *sorted((ROOT / "models" / "presets").glob("*.yaml"))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_file_loads(path: Path) -> None:
    models = load_models(path)
    assert len(models.compared) >= 2
    assert models.folder == path.parent


def test_presets_cover_what_fits() -> None:
    assert [path.stem for path in SHIPPED[1:]] == ["32b-4bit", "32b-8bit", "32b-against-235b", "4b-bf16", "8b-bf16"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (TWO + "compere: [a, b]", "compere: unknown setting"),
        (TWO.replace("model: m", "model: m, adaptor: x"), "adaptor: unknown setting"),
        (TWO + "compare: [a, c]", "names 'c', which is no system; systems: a, b"),
        (TWO + "compare: [a, a]", "two or more different"),
        (TWO.replace("id: b", "id: a"), "two systems are called 'a'"),
        (TWO.replace("kind: local", "kind: remote"), "kind"),
        (TWO.replace("id: a", "id: 'A b'"), "id"),
        ("systems: []", "systems"),
        ("- just a list", "a mapping with `systems` was wanted, found list"),
        ("systems: [", "not YAML"),
        (TWO.replace("model: m", "model: m, dtype: int3"), "dtype"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_models(written(tmp_path, text))
    assert fault in str(refused.value)
    assert "models.yaml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load_models(tmp_path / "none.yaml")


def test_defaults(tmp_path: Path) -> None:
    models = load_models(written(tmp_path, TWO))
    assert models.compared == ("a", "b")
    local, hosted = models.systems
    assert isinstance(local, LocalSystem)
    assert isinstance(hosted, HostedSystem)
    assert (local.label, local.max_pixels, hosted.receiver) == ("a", 451_584, "openai")
    with pytest.raises(SettingsError, match="no system is called 'z'"):
        models.system("z")


@pytest.mark.parametrize(
    ("base", "receiver"),
    [
        ("http://localhost:8000/v1", "a model server on this machine"),
        ("https://models.example.org/v1", "models.example.org"),
    ],
)
def test_who_receives_the_photos(base: str, receiver: str) -> None:
    assert HostedSystem(id="x", kind="hosted", model="hosted_vllm/Big/Model", api_base=base).receiver == receiver


def test_the_environment(tmp_path: Path) -> None:
    read = Environment.read({"SPORC_VIST_DATA": str(tmp_path), "DATABASE_URL": "", "ADMIN_TOKEN": "t"})
    assert (read.data, read.database_url, read.admin_token) == (tmp_path, None, "t")
    assert Environment.read({"SPORC_VIST_DATA": "/elsewhere"}, tmp_path).data == tmp_path
