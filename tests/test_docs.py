"""What the docs show is run: Python as it stands, commands as far as their parsers go, links to where they lead."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])


def blocks(language: str) -> list[tuple[str, str]]:
    """(page, text) of every fenced block in the language."""
    pattern = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(page.name, found) for page in PAGES for found in pattern.findall(page.read_text(encoding="utf-8"))]


def commands() -> list[tuple[str, list[str]]]:
    """`python -m core …` and its kin, one a line, as (page, words after -m)."""
    found: list[tuple[str, list[str]]] = []
    for page, text in blocks("bash"):
        for line in text.replace("\\\n", " ").splitlines():
            match = re.search(r"python -m ((?:app|core|annotations|docs\.screenshots)\b[^#]*)", line)
            if match:
                found.append((page, shlex.split(match[1])))
    return found


@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_python_in_the_docs_runs(page: str, code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{page}: {done.stderr}"


def test_there_is_something_to_run() -> None:
    assert len(blocks("python")) >= 1
    assert len(commands()) >= 8


@pytest.mark.parametrize(
    ("page", "words"), commands(), ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_commands_in_the_docs_are_known(page: str, words: list[str]) -> None:
    """Each command's help names every option that the page shows."""
    known = words[:2] if words[0] in {"core", "annotations"} else words[:1]
    if known == ["docs.screenshots"]:
        assert (ROOT / "docs" / "screenshots.py").is_file()
        return
    done = subprocess.run(
        [sys.executable, "-m", *known, "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{page}: {' '.join(words)}: {done.stderr}"
    for option in (word for word in words if word.startswith("--")):
        assert option in done.stdout, f"{page}: {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'(?:src|srcset)="([^"]+)"', text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
