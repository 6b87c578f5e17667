"""What is not needed is not loaded, and nothing depends on one system's ways."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sightline.engine.reproducible import environment

SOURCE = Path(__file__).parents[1] / "src"
SHOW = "import sys; sys.argv = ['', 'recipes', 'show', 'energy']; from sightline.cli import app; app(standalone_mode=False)"


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import sightline", {"torch", "numpy", "pydantic"}),
        ("import sightline as sl; sl.load_recipe('energy')", {"torch", "numpy"}),
        ("import sightline as sl; sl.wrap; sl.losses.Energy", {"timm", "torchvision", "lightning", "torchmetrics", "scipy", "matplotlib"}),
        ("import sightline as sl; sl.evaluate; import sightline.explain.maps", {"lightning", "torchmetrics", "tensorboard"}),
        ("import sightline.predict.to_files", {"lightning", "torchmetrics", "tensorboard", "matplotlib"}),
        (SHOW, {"torch"}),
    ],
)
def test_what_is_not_needed_is_not_loaded(code: str, heavy: set[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(said) & heavy == set()


def _silent(call: ast.AST) -> bool:
    """Whether a call reads or writes a text, and names no encoding."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or any(one.arg == "encoding" for one in call.keywords):
        return False
    given, owner = len(call.args), getattr(call.func.value, "id", None)
    if call.func.attr == "open":
        return owner not in ("Image", "Pictures", "webbrowser") and all(getattr(one, "value", "b") in ("r", "w", "a") for one in call.args)
    return (call.func.attr, given) in (("read_text", 0), ("write_text", 1))


@pytest.mark.parametrize("files", ["src/**/*.py", "tests/**/*.py", "benchmarks/**/*.py", ".ci/*.py"])  # .ci/venv holds those of others
def test_texts_are_read_and_written_as_utf_8_on_every_system(files: str) -> None:
    """Where none is named, Windows takes another encoding."""
    found = [
        f"{path}:{node.lineno}"
        for path in SOURCE.parent.glob(files)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _silent(node)
    ]
    assert found == []


def test_modules_of_one_system_alone_are_not_imported_at_the_top() -> None:
    alone = re.compile(r"^(import|from) (resource|fcntl|termios|pwd|grp)\b", re.MULTILINE)
    assert [path.name for path in SOURCE.rglob("*.py") if alone.search(path.read_text(encoding="utf-8"))] == []


def test_what_is_used_is_declared() -> None:
    """Tools of the tests stand beside it here, so that nothing else would notice."""
    facts = tomllib.loads((SOURCE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*facts["dependencies"], *(one for some in facts["optional-dependencies"].values() for one in some)]
    declared = {re.split(r"[\[><=]", one)[0] for one in wanted} | {"sightline"}
    called = {
        "PIL": "pillow",
        "python_multipart": "python-multipart",
        "huggingface_hub": "huggingface-hub",
        "sklearn": "scikit-learn",
        "yaml": "pyyaml",
        "segmentation_models_pytorch": "segmentation-models-pytorch",
    }
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    imported = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)
    assert {called.get(name, name) for name in imported} <= declared | COME_ALONG
    assert set(environment()["packages"]) <= declared


COME_ALONG = {"typing_extensions", "markupsafe", "starlette"}  # with pydantic, jinja2 and fastapi, whose own interfaces use them
