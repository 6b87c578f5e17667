"""Masks that were painted in Label Studio: the packed stream of bits, out and in."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from labelstudio_files import NEV, export, result, task
from tool_files import inside

from sightline.data.sets.brush import BrushMask, packed, unpacked
from sightline.data.sets.labelstudio import read
from sightline.errors import UserError


def packed_by_label_studio(alpha: np.ndarray) -> list[int]:
    """A painted mask as Label Studio packs it: runs for the even rows, single bytes for the odd ones."""
    values = np.zeros((*alpha.shape, 4), np.uint8)
    values[:, :, 3] = alpha
    bits = f"{values.size:032b}" + f"{7:05b}" + f"{3:04b}" + f"{15:04b}" * 3
    for number, row in enumerate(values.reshape(len(alpha), -1)):
        if number % 2:
            bits += "0" + "10" + f"{len(row) - 1:016b}" + "".join(f"{value:08b}" for value in row)
        else:
            bits += "".join("1" + "00" + f"{0:04b}" + f"{value:08b}" for value in row)
    bits += "0" * (-len(bits) % 8)
    return [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]


def test_painted_masks(tmp_path: Path) -> None:
    alpha = np.zeros((8, 10), np.uint8)
    alpha[2:5, 3:9] = 255
    alpha[4, 8] = 0
    brush = result("brushlabels", "mel", {"format": "rle", "rle": packed_by_label_studio(alpha)})
    export(tmp_path, task("a.jpg", brush), task("b.jpg", NEV))
    record = read(tmp_path)[0]
    assert inside(record) == [[3, 2, 9, 5], [17]]
    source = record.annotations[0].source
    assert isinstance(source, BrushMask)
    assert pickle.loads(pickle.dumps(source)).key == source.key
    for wrong in ([], packed_by_label_studio(alpha)[:20], packed_by_label_studio(alpha[:4]), packed_by_label_studio(alpha)[:-9]):
        assert unpacked(bytes(wrong), 320) is None
    export(tmp_path, task("a.jpg", result("brushlabels", "mel", {"format": "rle", "rle": packed_by_label_studio(alpha[:4])})))
    with pytest.raises(UserError, match=r"task 7 region 1: its painted mask is not one of 10 x 8 pixels"):
        read(tmp_path)
    export(tmp_path, task("a.jpg", result("brushlabels", "mel", {"format": "rle", "rle": [1, 999]})))
    with pytest.raises(UserError, match=r"task 7 region 1: has a painted mask that is not a list of bytes"):
        read(tmp_path)


@given(arrays.arrays(bool, st.tuples(st.integers(1, 16), st.integers(1, 16))))
def test_what_is_packed_is_unpacked(mask: np.ndarray) -> None:
    drawn = BrushMask("x", mask.shape, packed(mask)).draw()
    assert drawn.dtype == np.uint8
    assert np.array_equal(drawn == 255, mask)
    assert np.array_equal(drawn > 0, mask)


def test_long_runs_are_few_bytes() -> None:
    assert len(packed(np.ones((500, 500), bool))) < 100


def test_any_alpha_is_painted_and_the_size_has_to_be_right() -> None:
    faint = np.zeros((2, 3), np.uint8)
    faint[1, 2] = 1
    stream = bytes(packed_by_label_studio(faint))
    assert BrushMask("x", (2, 3), stream).draw().tolist() == [[0, 0, 0], [0, 0, 255]]
    assert BrushMask("x", (2, 3), stream).key != BrushMask("x", (3, 2), stream).key
    with pytest.raises(UserError, match="x: its painted mask is not one of 4 x 3 pixels"):
        BrushMask("x", (3, 4), stream).draw()
    assert unpacked(stream[:-3], 24) is None
    assert unpacked(b"", 24) is None
