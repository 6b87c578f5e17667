"""Every block of every tutorial runs, in the order of its page and in one folder, with fewer and smaller images than the page has; the
files that the page names are there afterwards; and the notebook of a page says what the page says.

A page tells the reader what to write for images of one's own in quotations (`> ...`). These commands are read, and not run; so are those of
the gallery of verbs.
"""

from __future__ import annotations

import re
import shlex
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
import typer
from nbclient import NotebookClient
from typer.testing import CliRunner

from sightline.cli import VERBS, app

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
SMALL = {
    "data.image_size": "32",
    "backbone.name": "test_resnet",
    "backbone.stride": "8",
    "train.epochs": "1",
    "train.batch_size": "8",
    "evaluate.bootstrap": "50",
}
FEW = {("data", "--images"): "16", ("audit", "--images"): "8", ("annotate-next", "--budget"): "4"}  # options of other verbs
SETTINGS = {
    "data.options": {"train": 12, "val": 9, "test": 9},
    "data.image_size": 32,
    "backbone": {"name": "test_resnet", "stride": 8},
    "train.epochs": 1,
    "train.batch_size": 8,
    "evaluate.bootstrap": 50,
}  # the same, for pages in Python


def made_by() -> ModuleType:
    """`.ci/notebooks.py`, which is not a part of any package."""
    spec = spec_from_file_location("notebooks", ROOT / ".ci" / "notebooks.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


NOTEBOOKS = made_by()


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def calls(block: str) -> list[list[str]]:
    """The arguments of each call of sightline in a block of shell."""
    lines = [shlex.split(command.replace("\\\n", " "), comments=True) for command in NOTEBOOKS.commands(block)]
    assert all(words[0] == "sightline" for words in lines), block
    return [words[1:] for words in lines]


def small(arguments: list[str]) -> list[str]:
    """The same command on small images, few of them, for one epoch."""
    rest = list(arguments)
    for (verb, option), value in FEW.items():
        if verb == rest[0] and option in rest:
            rest[rest.index(option) + 1] = value
    if rest[0] == "audit":
        return [*rest, "--seconds=2"]
    if rest[0] != "train":
        return rest
    changed = dict(SMALL)
    for i, word in enumerate(rest):
        if rest[i - 1] == "--set" and (key := word.partition("=")[0]) in changed:
            rest[i] = f"{key}={changed.pop(key)}"
    return [*rest, *(f"--set={key}={value}" for key, value in changed.items())]


def run(arguments: list[str]) -> None:
    """Calls the command line in this process."""
    result = CliRunner().invoke(app, small(arguments), catch_exceptions=True)
    assert result.exit_code == 0, f"sightline {shlex.join(arguments)}\n{result.output[-2000:]}\n{result.exception!r}"


def named_files(page: str) -> set[str]:
    """What a page says is written: what stands between backticks and has the name of a file, outside of quotations and blocks."""
    told = re.sub(r"^```.*?^```$|^>.*?$", "", page, flags=re.DOTALL | re.MULTILINE)
    return set(re.findall(r"`([\w./-]+\.(?:html|csv|json|png|npy|safetensors|yaml))`", told))


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_blocks_run_and_write_what_the_page_names(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = text(page)
    if blocks(told, "python"):
        in_a_kernel(told, tmp_path)
    else:
        for block in blocks(told, "sh"):
            for arguments in calls(block):
                run(arguments)
    missing = [name for name in named_files(told) if not (tmp_path / name).exists()]
    assert not missing


def in_a_kernel(page: str, folder: Path) -> None:
    """Runs the notebook of a page as Jupyter would, with small settings after the cell that chooses them."""
    notebook = nbformat.reads(NOTEBOOKS.written(page), as_version=4)
    first = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and re.search(r"^settings = \{", cell.source, re.M))
    notebook.cells.insert(first + 1, nbformat.v4.new_code_cell(f"settings |= {SETTINGS!r}"))
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()


def can_be_given(call: list[str]) -> str:
    """Reads a command as the command line does, without running it. Its name; unknown options are refused."""
    group, name, rest = typer.main.get_command(app), call[0], call[1:]
    command = group.commands[name]  # type: ignore[attr-defined]
    while hasattr(command, "commands"):
        name, command, rest = f"{name} {rest[0]}", command.commands[rest[0]], rest[1:]
    with command.make_context(name, rest):
        return name


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_what_is_written_for_other_images_can_be_given(page: Path) -> None:
    quoted = "\n".join(re.findall(r"^> ?(.*)$", text(page), re.MULTILINE))
    found = [call for block in blocks(quoted, "sh") for call in calls(block)]
    assert found
    for call in found:
        can_be_given(call)


def test_the_gallery_shows_every_verb_with_a_command_that_can_be_given() -> None:
    page = text(ROOT / "docs" / "gallery.md")
    headings = re.findall(r"^### (.+)$", page, re.MULTILINE)
    shown = [can_be_given(call) for call in calls("\n".join(re.findall(r"^ {4}((?:.*\\\n)*.+)$", page, re.MULTILINE)))]
    assert {verb.replace(" show", "") for verb in shown} == set(headings)
    assert {*VERBS, "recipes", "data check"} <= set(headings)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_the_notebook_is_that_of_the_page(page: Path) -> None:
    kept = text(page.with_suffix(".ipynb"))
    assert kept == NOTEBOOKS.written(text(page)), "run: uv run python .ci/notebooks.py"
    nbformat.validate(nbformat.reads(kept, as_version=4))
