"""From a run to the next images, and from them to the next training."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from invented_run import invent
from matplotlib.figure import Figure
from PIL import Image
from scipy import stats
from typer.testing import CliRunner

from sightline.annotate.advise import annotate_next
from sightline.attention.classifier import build
from sightline.cli import app
from sightline.engine.prepare import prepare
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.engine.saving import save_model
from sightline.errors import UserError


def untrained(folder: Path, fraction: float = 0.25, **settings: object) -> Run:
    """A finished run that knows a share of the annotations of 24 training images."""
    small = {"data.annotated_fraction": fraction, "backbone": {"name": "test_resnet", "stride": 8}, "train.batch_size": 7}
    run = invent(folder, counts=(24, 6, 4), settings=small | settings, splits=())
    torch.manual_seed(0)
    save_model(folder, build(run.recipe, 2), run.recipe, run.classes)
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return untrained(tmp_path_factory.mktemp("annotate") / "run")


@pytest.fixture(autouse=True)
def _empty_sheet(request, monkeypatch) -> None:
    """Drawing takes most of the time, and one test looks at it."""
    if "sheet" not in request.node.name:
        monkeypatch.setattr("sightline.annotate.advise.contact_sheet", lambda *_: Figure())


def known(run: Run) -> set[str]:
    return {row["id"] for row in run.split_table if row["split"] == "train" and row["annotated"] == "1"}


def test_only_training_images_without_annotation_are_chosen_and_the_list_holds_both(run, tmp_path):
    found = annotate_next(run, 5, out=tmp_path)
    chosen = [row["id"] for row in read_table(tmp_path / "next.csv")]
    assert [row["image"] for row in read_table(tmp_path / "next.csv")] == chosen, "drawn pictures have no file, and are named by their ids"
    assert [row.id for row in found.chosen] == chosen
    assert len(set(chosen)) == 5
    assert len(known(run)) == found.annotated == 6
    assert found.unknown == 18
    training = {row["id"] for row in run.split_table if row["split"] == "train"}
    assert set(chosen) <= training - known(run)
    assert {row["id"] for row in read_table(tmp_path / "annotated.csv")} == known(run) | set(chosen)


@pytest.mark.parametrize("by", ["uncertainty+spread", "uncertainty", "spread"])
def test_scores_are_those_of_each_image_by_itself_unaugmented(run, tmp_path, by):
    found = annotate_next(run, 18, by, tmp_path)
    classifier, train = run.classifier(), run.datasets["train"]
    place = {record.id: i for i, record in enumerate(train.records)}
    assert "flip_x" in str(run.recipe.data.augment)
    for row in found.chosen:
        look = classifier.look(train[place[row.id]].image[None])
        said = look.logits[0].double().softmax(0).detach().numpy()
        positive = np.maximum(look.maps["cam"].detach().numpy().ravel(), 0)
        assert row.predicted == run.classes[said.argmax()]
        assert row.entropy == pytest.approx(stats.entropy(said, base=2), abs=1e-4)
        expected = stats.entropy(positive, base=positive.size) if positive.any() else 1
        assert row.spread == pytest.approx(expected, abs=1e-4)
        assert row.label == train.records[place[row.id]].label
    parts = [stats.rankdata([getattr(row, name) for row in found.chosen]) for name in ("entropy", "spread")]
    total = {"uncertainty+spread": parts[0] + parts[1], "uncertainty": parts[0], "spread": parts[1]}[by]
    assert (np.diff(total) <= 0).all(), "the best come first"


def test_chance_differs_by_seed_and_the_same_seed_chooses_the_same(run, tmp_path):
    chosen = [[row.id for row in annotate_next(run, 6, "random", tmp_path, seed=s).chosen] for s in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]


def test_the_next_training_uses_the_annotations_of_the_list_and_no_others(run, tmp_path):
    annotate_next(run, 5, out=tmp_path)
    listed = tmp_path / "annotated.csv"
    recipe = run.recipe.with_settings(data__annotated_fraction=1, data__annotated=str(listed))
    again = prepare(recipe)
    ids = {row["id"] for row in read_table(listed)}
    assert {row["id"] for row in again.table if row["split"] == "train" and row["annotated"] == "1"} == ids
    train = again.datasets["train"]
    assert {train[i].id for i in range(len(train)) if train[i].known} == ids
    with pytest.raises(UserError, match="annotated_fraction has to be 1"):
        run.recipe.with_settings(data__annotated=str(listed))


def test_the_sheet_shows_every_chosen_image(run, tmp_path, monkeypatch):
    drawn = []
    from sightline.annotate import advise, sheet

    def panel(cells, titles, note):
        drawn.append((cells, titles, note))
        return original(cells, titles, note)

    original = sheet.panel
    monkeypatch.setattr(sheet, "panel", panel)
    found = annotate_next(run, 5, out=tmp_path)
    cells, titles, _ = drawn[0]
    captions = [cell.caption for row in cells for cell in row]
    assert captions[0:10:2] == [f"{row.rank}. {row.label}" for row in found.chosen]
    assert captions[10:] == [""] * 6, "the last line of the grid is filled up"
    assert (len(cells), len(titles)) == (2, 8)
    monkeypatch.setattr(advise, "SHOWN", 3)
    annotate_next(run, 5, out=tmp_path)
    assert "first 3 of 5" in drawn[1][2]
    assert Image.open(tmp_path / "next.png").width > 500


def test_a_run_without_maps_goes_by_uncertainty_and_says_so(tmp_path):
    plain = {"attention": {"name": "none"}, "losses.guidance": [], "losses.behaviour": []}
    run = untrained(tmp_path / "plain", **plain)
    options = ["--budget", "3", "--by", "uncertainty+spread", "--json", str(tmp_path / "n.json")]
    result = CliRunner().invoke(app, ["annotate-next", str(run.path), *options])
    assert "no attention maps: ranked by uncertainty alone" in result.output
    found = json.loads((tmp_path / "n.json").read_text(encoding="utf-8"))
    assert found["by"] == "uncertainty"
    assert [row["spread"] for row in found["chosen"]] == [None] * 3
    assert {Path(file).name for file in found["files"]} == {"next.csv", "next.png", "annotated.csv"}
    assert all(Path(file).is_file() for file in found["files"])
    with pytest.raises(UserError, match="has no attention maps"):
        annotate_next(run, 3, "spread")


def test_a_budget_that_is_too_large_says_how_many_are_left(run, tmp_path):
    with pytest.raises(UserError, match="only 18 training images are not annotated"):
        annotate_next(run, 19, out=tmp_path / "no")
    with pytest.raises(UserError, match='Did you mean "uncertainty"'):
        annotate_next(run, 1, "uncertaint", tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_where_everything_is_annotated_nothing_is_left(tmp_path):
    with pytest.raises(UserError, match="Nothing is left to annotate"):
        annotate_next(untrained(tmp_path / "all", fraction=1), 1)


def test_patients_take_turns(tmp_path):
    run = untrained(tmp_path / "patients")
    rows = run.split_table
    patient = {row["id"]: f"patient {i // 6}" for i, row in enumerate(r for r in rows if r["split"] == "train")}
    lines = [f"{r['id']},{r['split']},{r['label']},{patient.get(r['id'], r['group'])},{r['annotated']}" for r in rows]
    (run.path / "split.csv").write_text("\n".join(["id,split,label,group,annotated", *lines]) + "\n", encoding="utf-8")
    save_model(run.path, run.classifier(), run.recipe, run.classes)
    found = annotate_next(run, 6, "random", tmp_path / "out")
    having = [patient[row["id"]] for row in read_table(tmp_path / "out" / "annotated.csv")]
    assert sorted(having.count(p) for p in set(patient.values())) == [3, 3, 3, 3]
    assert len(found.chosen) == 6


def test_gates_in_the_unit_range_have_their_spread(tmp_path):
    gates = {"attention": {"name": "gates", "taps": ["stride:4", "stride:8"]}, "losses.guidance": [], "losses.behaviour": []}
    run = untrained(tmp_path / "gates", **gates)
    found = annotate_next(run, 4)
    assert all(0.9 < row.spread <= 1 for row in found.chosen), "untrained gates are half open everywhere"
    assert Path(found.files[0]).parent == run.path / "annotate-next"
