"""Writes the notebook of each tutorial from its page: `docs/tutorials/NAME.ipynb` from `NAME.md`.

    uv run python .ci/notebooks.py

The page is what people edit; `tests/test_tutorials.py` says when a notebook no longer agrees with it. Text becomes cells of text, blocks of
Python become cells of code, and blocks of shell commands cells whose commands begin with `!`. Printed output stays text, so that a notebook
holds no outputs.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

TUTORIALS = Path(__file__).parents[1] / "docs" / "tutorials"
_BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```\n", re.DOTALL | re.MULTILINE)


def notebook(page: str) -> dict[str, Any]:
    """The page as a notebook of version 4.5."""
    cells: list[dict[str, Any]] = []
    end = 0
    for block in _BLOCK.finditer(page):
        cells += [*_text(page[end : block.start()]), _code(block[1], block[2])]
        end = block.end()
    cells += _text(page[end:])
    numbered = [{"id": f"cell-{number:02d}", **cell} for number, cell in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": numbered, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


def written(page: str) -> str:
    """The file of that notebook."""
    return json.dumps(notebook(page), indent=1, ensure_ascii=False) + "\n"


def _text(markdown: str) -> list[dict[str, Any]]:
    """A cell of text, or none."""
    if not markdown.strip():
        return []
    return [{"cell_type": "markdown", "metadata": {}, "source": _lines(markdown.strip())}]


def _code(language: str, block: str) -> dict[str, Any]:
    if language == "sh":
        block = "".join(f"!{line}" for line in commands(block))
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": _lines(block.rstrip("\n"))}


def commands(block: str) -> list[str]:
    """The commands of a block of shell, each with the lines that continue it."""
    return re.findall(r"^(?!#)(?:.*\\\n)*.+\n?", textwrap.dedent(block), re.MULTILINE)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def main() -> None:
    for page in sorted(TUTORIALS.glob("*.md")):
        path = page.with_suffix(".ipynb")
        path.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(path.relative_to(TUTORIALS.parents[1]))


if __name__ == "__main__":
    main()
