"""The verb `report`, called as people call it."""

from __future__ import annotations

from typer.testing import CliRunner

from sightline.cli import app


def asked(*words: str) -> str:
    """What it prints; a mistake is raised as it is."""
    result = CliRunner().invoke(app, ["report", *words])
    if result.exception:
        raise result.exception
    return result.output
