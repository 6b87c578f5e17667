from __future__ import annotations

import numpy as np

from sightline.metrics.scores.pooled import pooled, pooled_volumes

SLICES = np.array([[0.8, 0.2], [0.1, 0.9], [0.6, 0.4], [0.7, 0.3]])


def test_mean_and_max_of_slices() -> None:
    assert np.allclose(pooled(SLICES), [0.55, 0.45])
    assert np.array_equal(pooled(SLICES, "max"), [0.1, 0.9])
    three = np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]])
    assert np.allclose(pooled(three, "max"), np.array([0.6, 0.3, 0.6]) / 1.5)


def test_each_volume_has_the_label_of_its_slices_in_order() -> None:
    labels, said, first = pooled_volumes(np.array([1, 0, 1, 0]), SLICES, np.array(["b", "a", "b", "a"]))
    assert labels.tolist() == [1, 0]
    assert first.tolist() == [0, 1]
    assert np.allclose(said, [SLICES[[0, 2]].mean(0), SLICES[[1, 3]].mean(0)])


def test_slices_of_several_labels() -> None:
    names = np.array(["a"] * 4)
    assert pooled_volumes(np.array([0, 0, 1, 0]), SLICES, names)[0].tolist() == [1]
    three = np.c_[SLICES / 2, np.full(4, 0.5)]
    assert len(pooled_volumes(np.array([0, 0, 1, 0]), three, names)[0]) == 0
