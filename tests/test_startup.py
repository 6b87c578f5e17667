"""What is not needed is not loaded, and nothing depends on one system's ways."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import sightline", {"torch", "numpy", "pydantic"}),
        ("import sightline as sl; sl.load_recipe('energy')", {"torch", "numpy"}),
        ("import sightline as sl; sl.wrap; sl.losses.Energy", {"timm", "torchvision", "lightning", "torchmetrics", "scipy", "matplotlib"}),
        ("import sightline as sl; sl.evaluate; import sightline.explain.maps", {"lightning", "torchmetrics", "tensorboard"}),
    ],
)
def test_what_is_not_needed_is_not_loaded(code: str, heavy: set[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(said) & heavy == set()


def test_texts_are_read_and_written_as_utf_8_on_every_system() -> None:
    """Where none is named, Windows takes another encoding."""
    silent = re.compile(r"\.read_text\(\)|\.write_text\((?!.*encoding)[^)]*\)|\.open\((\"[rwa]t?\")?\)")
    found = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in SOURCE.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if silent.search(line) and "Pictures.open" not in line
    ]
    assert found == []


def test_modules_of_one_system_alone_are_not_imported_at_the_top() -> None:
    alone = re.compile(r"^(import|from) (resource|fcntl|termios|pwd|grp)\b", re.MULTILINE)
    assert [path.name for path in SOURCE.rglob("*.py") if alone.search(path.read_text(encoding="utf-8"))] == []
