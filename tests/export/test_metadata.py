"""What a program has to know to use an exported network."""

from __future__ import annotations

import json

import pytest

from sightline.engine.decision import Decision
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.export.metadata import metadata, preprocessing
from sightline.recipe import load_recipe
from sightline.results.calibration import Calibration


@pytest.mark.parametrize(("channels", "colours"), [(1, "brightness (ITU-R BT.601)"), (3, "RGB"), (5, "as in the file")])
def test_the_colours_are_those_of_the_channels(channels: int, colours: str) -> None:
    data = load_recipe("energy").data.model_copy(update={"channels": channels})
    found = preprocessing(data)
    assert (found["colours"], found["channels"], found["range"], len(found["fill"])) == (colours, channels, [0, 1], channels)
    assert {"image_size", "fit", "centre", "load_size", "grey"} < found.keys()


def test_the_map_is_named_where_it_is_exported(finished: Run) -> None:
    with_map, without = (metadata(finished, finished.classifier(), maps) for maps in (True, False))
    assert (with_map["map"], with_map["map_range"]) == ("cam", "evidence")
    assert {key: value for key, value in with_map.items() if not key.startswith("map")} == without
    assert without["weights_sha256"] == sha256(finished.path / "model.safetensors")
    assert (without["classes"], without["image_size"], without["run"]) == (list(finished.classes), 32, finished.name)
    json.dumps(with_map)


def test_the_threshold_is_one_on_the_probabilities_that_the_graph_gives(finished: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Calibration(method="temperature", slope=0.5, n=40)
    for calibration, threshold, words in ((None, 0.25, None), (kept, kept.threshold(0.25), kept.words())):
        monkeypatch.setattr(Run, "decision", Decision(0.25, calibration))
        monkeypatch.setattr(Run, "calibration", calibration)
        found = metadata(finished, finished.classifier(), False)
        assert (found["threshold"], found["calibration"]) == (threshold, words)
