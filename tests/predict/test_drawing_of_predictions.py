"""Maps and drawings beside the table: one file of each for every picture that could be read."""

from __future__ import annotations

import numpy as np
from PIL import Image

from sightline.predict.to_files import predict_to_files


def test_maps_and_drawings_are_numbered_as_the_rows(first, pictures, tmp_path) -> None:
    predict_to_files([first], [pictures], tmp_path / "p.csv", maps=tmp_path / "maps", drawings=tmp_path / "drawings", batch_size=4)
    maps = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert maps == [f"{i:06d}-{name}.npy" for i, name in zip([1, 2, 3, 5, 6, 7, 8, 9], "abcefghi", strict=True)]
    assert np.load(tmp_path / "maps" / maps[0]).dtype == np.float32
    drawings = sorted((tmp_path / "drawings").iterdir())
    assert [path.stem for path in drawings] == [name.removesuffix(".npy") for name in maps]
    with Image.open(drawings[0]) as picture:
        assert picture.width >= 256, "small pictures are enlarged, so that the words can be read"
        assert picture.height > picture.width * 40 / 50, "the words stand below the picture"
        band = np.asarray(picture)[round(picture.width * 40 / 50) :].astype(int)
    colourful = band.std(axis=2).max(axis=1) > 20  # by line
    assert colourful[: len(band) // 2].any(), "the colour bar"
    assert not colourful[-10:].any()
    assert (band[-14:] < 100).any(), "how large the cells of the map are"
