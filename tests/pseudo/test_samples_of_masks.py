"""The sheet of predicted masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from moles import SIZE, mole
from PIL import Image

from sightline.pseudo import samples as module
from sightline.pseudo.predict import Predicted
from sightline.pseudo.quality import Quality
from sightline.pseudo.samples import EACH, SIDE, draw_samples, samples
from sightline.pseudo.settings import PseudoMasks, settings_from
from sightline.types import Record

SETTINGS: PseudoMasks = settings_from({"data": {"name": "folder", "root": "moles"}})
GOOD, UNSURE, NOTHING = Quality(0.2, 0.95, 1), Quality(0.2, 0.6, 1), Quality(0, 0, 0)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """The cells, the titles and the note of each sheet, in place of the sheet."""
    kept: list[tuple] = []
    monkeypatch.setattr(module, "panel", lambda *parts: (kept.append(parts), Figure())[1])
    return kept


def predicted(folder: Path, name: str, seen: Quality, seed: int = 0) -> Predicted:
    image, inside = mole(seed)
    path = folder / f"{name}.png"
    Image.fromarray(image).save(path)
    return Predicted(Record(name, path, "mole"), inside & (seen.area > 0), seen)


def test_kept_masks_stand_before_dropped_ones_with_the_reason(tmp_path, drawn):
    samples([predicted(tmp_path, "a", UNSURE), predicted(tmp_path, "b", GOOD), predicted(tmp_path, "c", NOTHING)], SETTINGS)
    (above, below), titles, note = drawn[0]
    assert titles == ["kept", "dropped", "dropped"]
    assert [cell.caption for cell in above] == ["b", "a", "c"]
    assert [cell.caption for cell in below] == ["20% of the image (0.95)", "unsure (0.60)", "nothing found (0.00)"]
    assert [cell.right for cell in below] == [True, False, False]
    assert "most confident" in note
    assert below[1].alt == "Predicted mask of image a: unsure, confidence 0.60."


def test_the_image_is_bright_inside_the_mask_and_dark_outside_and_keeps_its_shape(tmp_path, drawn):
    samples([predicted(tmp_path, "a", GOOD)], SETTINGS)
    ((above,), (below,)), *_ = drawn[0]
    assert above.picture.shape == below.picture.shape == (SIDE * SIZE[1] // SIZE[0], SIDE, 3)
    corner = (slice(0, 10), slice(0, 10))
    assert np.allclose(below.picture[corner], above.picture[corner] // 3)
    rows, columns = np.nonzero(mole(0)[1])
    middle = tuple(round(place.mean() * SIDE / SIZE[0]) for place in (rows, columns))
    assert (below.picture[middle] == above.picture[middle]).all()


def test_a_long_name_is_shown_by_its_end(tmp_path, drawn):
    samples([predicted(tmp_path, "a-very-long-name-of-an-image-7", GOOD)], SETTINGS)
    caption = drawn[0][0][0][0].caption
    assert caption == "…" + "a-very-long-name-of-an-image-7"[-21:]
    assert len(caption) == 22


def test_of_the_kept_and_the_dropped_ones_some_of_every_confidence_are_drawn(tmp_path, monkeypatch):
    rows = [{"kept": number % 2, "confidence": number / 40} for number in range(40)]
    asked: list[Record] = []
    monkeypatch.setattr(module, "predict", lambda _, records, __: asked.extend(records) or [])
    monkeypatch.setattr(module, "samples", lambda *_: Figure())
    draw_samples(tmp_path / "samples.png", None, [Record(str(n), None, "mole") for n in range(40)], rows, SETTINGS)
    numbers = [int(record.id) for record in asked]
    kept, dropped = ([n for n in numbers if n % 2 == side] for side in (1, 0))
    assert len(kept) == len(dropped) == EACH
    assert (max(kept), max(dropped)) == (39, 38)
    assert max(np.diff(sorted(kept))) <= 16
    assert (tmp_path / "samples.png").is_file()
