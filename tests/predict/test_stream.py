"""Predictions come in the order of the pictures; a broken one has a note and takes nothing from the others."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.images import open_image
from sightline.explain.inputs import square
from sightline.metrics.scores.localisation import energy_inside
from sightline.predict.ensemble import ensemble
from sightline.predict.pictures import wanted
from sightline.predict.stream import decode, predictions
from sightline.predict.wanted import Wanted


def flat(network, places, **options):
    return [seen for batch in predictions(network, wanted(places), **options) for seen in batch]


@pytest.mark.parametrize("batch_size", [1, 2, 4, 100])
def test_every_picture_has_its_own_prediction(first, pictures, batch_size) -> None:
    network = ensemble([first])
    found = flat(network, [pictures], batch_size=batch_size)
    assert [seen.prediction.image for seen in found] == [one.name for one in wanted([pictures])]
    for seen in found:
        if seen.decoded.wanted.path.name == "d.png":
            assert seen.prediction.prediction is None
            assert "damaged" in seen.prediction.note
            continue
        pixels = open_image(seen.decoded.wanted.path)
        alone = first.classifier()(square(pixels, first.recipe.data)[None]).double().softmax(1)[0].tolist()
        assert list(seen.prediction.probabilities.values()) == pytest.approx(alone, abs=1e-5)
        assert seen.prediction.prediction == first.classes[int(first.decision(np.array(alone)))]


def test_a_batch_of_broken_pictures_is_a_batch_of_notes(first, pictures) -> None:
    (seen,) = flat(ensemble([first]), [pictures / "d.png"], batch_size=8)
    assert seen.prediction.prediction is None
    assert seen.prediction.note


def test_entropy_is_a_share_of_the_largest(first, pictures) -> None:
    seen = flat(ensemble([first]), [pictures / "a.png"])[0].prediction
    p = np.array(list(seen.probabilities.values()))
    assert seen.entropy == pytest.approx(-(p * np.log2(p)).sum())
    assert seen.spread is None, "one run has no spread"


def test_the_share_inside_a_region_is_that_of_the_map(first, pictures) -> None:
    table = pictures / "boxes.csv"
    table.write_text("image,box\na.png,0 0 25 40\na.png,0 0 50 40\nb.png,\n", encoding="utf-8")
    half, whole, none = flat(ensemble([first]), [table])
    table.unlink()
    assert none.prediction.looks is None
    positive = np.maximum(half.map, 0)
    if positive.sum() == 0:
        assert half.prediction.looks == 0
        return
    assert whole.prediction.looks == pytest.approx(1, abs=1e-6)
    roi = np.zeros((40, 50), np.float32)
    roi[:, :25] = 1
    from sightline.explain.window import put_back, window

    large = put_back(half.map, window((40, 50), first.recipe.data), (40, 50))
    assert half.prediction.looks == pytest.approx(float(energy_inside(np.nan_to_num(large)[None], roi[None])[0]))


def test_a_picture_that_was_scaled_by_its_own_highest_value_is_said(first, tmp_path) -> None:
    """Two scans of one scanner would else differ in scale without a word, because the run knows none."""
    levels = np.linspace(0, 885, 64 * 64).reshape(64, 64)
    Image.fromarray(levels.astype(np.uint16)).save(tmp_path / "deep.png")
    Image.fromarray((levels / 4).astype(np.uint8)).save(tmp_path / "flat.png")
    deep, plain = (seen.prediction for seen in flat(ensemble([first]), [tmp_path / "deep.png", tmp_path / "flat.png"]))
    assert deep.note.startswith("holds deep greys, of which 0 counts as black and 1023 as white by its own highest value")
    assert (deep.prediction is not None, plain.note) == (True, "")
    both = decode(Wanted("deep", tmp_path / "deep.png", note="line 2 box: is broken"), [Data(image_size=32)]).note
    assert both.startswith("holds deep greys")
    assert both.endswith("line 2 box: is broken")
