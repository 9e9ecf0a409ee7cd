"""The files around the code: requirements, Dockerfile, Makefile, presets, and what the docs show."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from core.settings import load_models

ROOT = Path(__file__).resolve().parent.parent
OWN = {"app", "train", "annotations", "core"}
AROUND = {"tests", "bench", "docs"}
SPACE_ONLY = {"spaces"}
"""There on every Gradio Space, and of no use elsewhere."""


def requirements(name: str) -> dict[str, Requirement]:
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    asked = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {plain(one.name): one for one in asked}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imports(folder: Path) -> Iterator[tuple[Path, str]]:
    """(file, top-level module) of every import of something that is neither ours nor Python's."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in {name.partition(".")[0] for name in names} - OWN - AROUND - set(sys.stdlib_module_names):
                yield path.relative_to(ROOT), name


def missing(folders: set[str], known: set[str]) -> list[str]:
    distributions = packages_distributions()
    return [
        f"{path}: {name}"
        for folder in sorted(folders)
        for path, name in imports(ROOT / folder)
        if not known & {plain(one) for one in distributions.get(name, [name])}
    ]


def test_every_import_is_required() -> None:
    run = set(requirements("requirements.txt"))
    assert missing(OWN, run | SPACE_ONLY) == []
    assert missing(AROUND, run | set(requirements("requirements-dev.txt"))) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_has_both_bounds_and_is_what_runs_here(name: str) -> None:
    for requirement in requirements(name).values():
        signs = {one.operator for one in requirement.specifier}
        assert ">=" in signs and "<" in signs, f"{requirement}: a lower and an upper bound are wanted"
        found = version(requirement.name)
        assert requirement.specifier.contains(found), f"{requirement}: {found} is installed"


def dockerfile() -> list[list[str]]:
    joined = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.split(None, 1) for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def test_dockerfile_runs_as_user_1000_on_7860() -> None:
    steps = dockerfile()
    said = [(word, rest) for word, rest in steps]
    assert said[0] == ("FROM", "python:3.11-slim")
    assert ("USER", "1000") in said and ("EXPOSE", "7860") in said and ("VOLUME", "/data") in said
    assert [rest for word, rest in said if word == "USER"] == ["1000"], "never root again"
    command = yaml.safe_load(said[-1][1])
    assert said[-1][0] == "CMD" and command[:3] == ["python", "-m", "app"]
    assert command[command.index("--host") + 1] == "0.0.0.0" and command[command.index("--port") + 1] == "7860"
    assert any(word == "HEALTHCHECK" and "/healthz" in rest for word, rest in said)


def test_dockerfile_copies_what_is_there_and_installs_before_the_code() -> None:
    copied = [rest.split() for word, rest in dockerfile() if word == "COPY"]
    sources = [[part for part in parts if not part.startswith("--")][:-1] for parts in copied]
    assert sources == [["requirements.txt"], ["."]], "the code last, so that the packages stay cached"
    for source in (ROOT / one for group in sources for one in group):
        assert source.exists()
    assert not any("requirements-dev" in rest for _, rest in dockerfile())


def test_docker_gets_no_secrets_and_no_data() -> None:
    ignored = set((ROOT / ".dockerignore").read_text().split())
    assert {".git", ".venv", "data", "runs", "tests"} <= ignored
    assert not ignored & {"app", "core", "annotations", "train", "models", "models.yaml", "requirements.txt"}


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not on this machine")
@pytest.mark.parametrize("target", ["run", "test", "check", "bench"])
def test_make_knows_its_targets(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for module in re.findall(r"-m (app|bench\.\w+)\b", done.stdout):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_every_bench_can_be_run_by_itself() -> None:
    assert "bench/[a-z]*.py" in (ROOT / "Makefile").read_text()
    for path in (ROOT / "bench").glob("[a-z]*.py"):
        assert '__name__ == "__main__"' in path.read_text(), f"{path.name}: `make bench` runs it as a program"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not on this machine")
def test_ci_is_a_script_that_can_run() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100, "it must be executable"
    assert "set -euo pipefail" in script.read_text()
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=20)


PRESETS = sorted((ROOT / "models" / "presets").glob("*.yaml"))


@pytest.mark.parametrize("path", [ROOT / "models.yaml", *PRESETS], ids=lambda path: path.name)
def test_every_models_file_loads(path: Path) -> None:
    models = load_models(path)
    assert len(models.compared) >= 2
    for system in models.systems:
        assert system.label != system.id, f"{system.id}: people read a label"


def test_the_docs_name_every_preset() -> None:
    named = set(re.findall(r"`([\w-]+\.yaml)`", (ROOT / "docs" / "models.md").read_text()))
    assert {path.name for path in PRESETS} == named - {"models.yaml", "my-models.yaml"}


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "docs/models.md"])
def test_every_models_file_shown_can_be_loaded(name: str, tmp_path: Path) -> None:
    shown = [block for block in blocks(name, "yaml") if block.startswith("systems:")]
    assert shown
    for block in shown:
        path = tmp_path / "models.yaml"
        path.write_text(block)
        assert len(load_models(path).compared) == 2


def test_the_settings_explained_are_the_settings_there_are() -> None:
    text = (ROOT / "docs" / "models.md").read_text()
    from core.settings import HostedSystem, LocalSystem

    known = set(LocalSystem.model_fields) | set(HostedSystem.model_fields)
    listed = {
        name for row in re.findall(r"^\| (`.*?) \|", text, flags=re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }
    settings = listed & known
    assert known - settings == {"id", "kind"}, "each is explained in a table, save the two every example shows"


def test_the_head_of_a_space_fits_what_is_here() -> None:
    heads = [yaml.safe_load(block) for block in blocks("docs/operator.md", "yaml")]
    docker, gradio = heads
    assert docker["sdk"] == "docker" and docker["app_port"] == 7860
    assert (ROOT / gradio["app_file"]).is_file()
    assert requirements("requirements.txt")["gradio"].specifier.contains(gradio["sdk_version"])
    assert float(gradio["python_version"]) >= 3.11


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))],
    ids=lambda path: path.name,
)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+\.md)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).is_file(), f"{path.name} links to {target}"


def test_commands_shown_to_operators_exist() -> None:
    shown = "\n".join(blocks("docs/operator.md", "bash"))
    commands = set(re.findall(r"-m annotations (\w+)", shown))
    assert commands == {"backup", "restore", "export"}
    for command in sorted(commands):
        line = [sys.executable, "-m", "annotations", command, "--help"]
        assert subprocess.run(line, cwd=ROOT, capture_output=True, timeout=60, check=False).returncode == 0, command


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text and "Version 2.0, January 2004" in text and "END OF TERMS AND CONDITIONS" in text
