from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import invented_scores
import pytest

import sightline as sl
from sightline.recipe import Recipe


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Recipe, Path, str]]:
    """Recipe, folder and title of each training, of which none is carried out."""
    made: list[tuple[Recipe, Path, str]] = []

    def train(recipe: Recipe, folder: Path, say: object, title: str) -> Any:
        made.append((recipe, folder, title))
        return SimpleNamespace(name=title)

    scores = dict.fromkeys(("val", "matched", "flipped", "removed"), invented_scores.scored(((5, 1), (1, 5))))
    monkeypatch.setattr("sightline.engine.train.train", train)
    monkeypatch.setattr("sightline.engine.evaluate.evaluate", lambda run: scores)
    monkeypatch.setattr("sightline.report.page.write_report", lambda run, others, title: Path(f"{run.name}, {others[0].name}.html"))
    return made


def test_two_arms_are_trained_alike_and_compared(trained: list[tuple[Recipe, Path, str]], tmp_path: Path) -> None:
    found = sl.demo(tmp_path / "d", seed=3, device="cpu")
    assert [(recipe.name, folder, title) for recipe, folder, title in trained] == [
        ("demo-label-only", tmp_path / "d" / "label-only", "label-only"),
        ("demo-guided", tmp_path / "d" / "guided", "guided"),
    ]
    for recipe, _, _ in trained:
        assert (recipe.train.seed, recipe.data.options["seed"], recipe.train.accelerator) == (3, 3, "cpu")
    assert found.report.endswith("guided, label-only.html")
    sets = ["matched", "flipped", "removed"]
    assert {arm: list(scores) for arm, scores in found.arms.items()} == {"label-only": sets, "guided": sets}
    assert found.seconds >= 0


def test_an_earlier_demo_makes_way(trained: list[tuple[Recipe, Path, str]], tmp_path: Path) -> None:
    for name in ("label-only", "guided"):
        (tmp_path / name).mkdir()
    (tmp_path / "guided" / "old.txt").write_text("", encoding="utf-8")
    (tmp_path / "report.html").write_text("", encoding="utf-8")
    sl.demo(tmp_path)
    assert len(trained) == 2
    assert not (tmp_path / "guided").exists(), "the trainings would have made it again"


def test_anything_else_is_left_alone(trained: list[tuple[Recipe, Path, str]], tmp_path: Path) -> None:
    (tmp_path / "guided").mkdir()
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(sl.UserError, match="is not an earlier demo"):
        sl.demo(tmp_path)
    with pytest.raises(sl.UserError, match="device 'cuda:x'"):
        sl.demo(tmp_path, device="cuda:x")
    assert {path.name for path in tmp_path.iterdir()} == {"guided", "thesis.tex"}
    assert trained == []
