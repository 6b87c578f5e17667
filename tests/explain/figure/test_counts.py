from __future__ import annotations

from drawn_figures import kind
from invented_run import invent

from sightline.engine.files import write_table
from sightline.engine.read_files import read_table
from sightline.explain.figure.counts import counted


def test_000_fig_3_one_epoch_of_oversampling_shows_all_classes_alike(tmp_path):
    run = invent(tmp_path / "r", settings={"data.balance": "oversample"}, splits=())
    rows = read_table(run.path / "split.csv")
    dropped = [r["id"] for r in rows if r["split"] == "train" and r["label"] == "melanoma"][1:]
    dropped += [r["id"] for r in rows if r["split"] == "val" and r["label"] == "nevus"][1:]
    write_table(run.path / "split.csv", [r for r in rows if r["id"] not in dropped], list(rows[0]))
    expected = {"training": (4, 1), "training, oversampled": (4, 4), "val": (1, 3)}
    expected |= dict.fromkeys(("flipped", "matched", "removed"), (10, 10))
    found = counted(run)
    assert {part: (one.every["nevus"], one.every["melanoma"]) for part, one in found.items()} == expected
    assert found["training, oversampled"].annotated == {"nevus": 4, "melanoma": 4}
    figure = kind("class-histogram")([run])
    shown = {axes.get_title(loc="left").replace("\n", " "): tuple(int(text.get_text()) for text in axes.texts) for axes in figure.axes}
    assert shown == expected
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["nevus", "melanoma"]


def test_003_fig_3_1_data_sets_that_are_the_same_are_shown_once(guided, label_only, tmp_path):
    other = invent(tmp_path / "other", counts=(12, 6, 10), splits=())
    columns = len(counted(guided))
    assert len(kind("class-histogram")([guided, label_only]).axes) == columns
    assert len(kind("class-histogram")([guided, label_only, other]).axes) == 2 * columns
