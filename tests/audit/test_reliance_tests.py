"""Models that read the region and models that read a corner are told apart."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from readers import CORNER, INSIDE, SAMPLING, Reader, pictures

from sightline.audit.budget import Budget
from sightline.audit.covers import COVERS
from sightline.audit.findings import flag, reasons
from sightline.audit.reliance import background_lenders, reliance, views
from sightline.results.scores import Level


def outcome(window, images=None):
    return reliance(Reader(window), images or pictures(), Budget(60), 1, SAMPLING)


def value(found, test, score="accuracy"):
    return getattr(found.conditions[test], score).value


def test_a_model_that_reads_the_region_falls_to_guessing_without_it_and_ignores_the_background():
    found, examples = outcome(INSIDE)
    for how in COVERS:
        assert value(found, f"only_{how}") == value(found, f"elsewhere_{how}") == 1
        assert value(found, f"removed_{how}") == value(found, f"boxed_{how}") == 0.5
        assert found.differences[f"above_base_rate_{how}"].value == 0
    assert value(found, "background_other") == value(found, "background_same") == 1
    assert reasons(found, []) == []
    assert [set(one.tests) for one in examples] == [set(found.conditions)] * 3
    assert found.differences["left_outside_mean"].value == pytest.approx(0, abs=0.1)


def test_a_model_that_reads_the_corner_needs_no_region_and_follows_the_background():
    found, _ = outcome(CORNER)
    assert value(found, "removed_mean") == value(found, "boxed_blur") == 1
    assert found.differences["left_outside_mean"].value > 0.9
    assert found.differences["above_base_rate_mean"].value == 0.5
    assert value(found, "background_other") == 0
    assert value(found, "background_same") == 1
    assert found.differences["background_flips"].value == 1
    given = reasons(found, [])
    assert {one.kind for one in given} == {"background", "outside"}
    epg = Level(value=0.6, low=0.5, high=0.7, uniform=0.1, centre=0.3, shuffled=0.2)
    assert flag(epg, given, True) == "aligned but relying"
    assert flag(epg.but(low=0.25), given, True) == "relying"
    assert (flag(epg, [], True), flag(epg, [], False)) == ("no sign of relying", "not tested")


def test_a_corner_that_tells_nothing_is_no_background_gap():
    found, _ = outcome(CORNER, pictures(80, shortcut=0.5))
    gap = found.differences["background_flips"]
    assert gap.low <= 0 <= gap.high
    assert value(found, "background_other", "flips") > 0.2, "though many decisions change"


def test_every_number_has_an_interval_and_time_lowers_n():
    clock = iter(np.arange(0, 1e4, 10.0)).__next__
    found, _ = reliance(Reader(INSIDE), pictures(100), Budget(10, clock), 0.1, SAMPLING)
    assert found.n == 32, "one part"
    for scores in found.conditions.values():
        assert all(one.low <= one.value <= one.high for one in scores.fields().values())


def test_images_without_a_usable_region_take_no_part():
    images = pictures(10)
    images.known[:3] = False
    images.roi[3] = 0
    images.roi[4] = 255
    assert outcome(INSIDE, images)[0].n == 5
    images.known[:] = False
    assert outcome(INSIDE, images) == (None, [])


def test_partners_are_other_patients_of_the_right_class():
    labels, patients = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 2, 2, 3])
    same, other = background_lenders(labels, patients, np.random.default_rng(0))
    assert same.tolist() in ([2, 2, 0, -1, -1, -1], [2, 2, 1, -1, -1, -1])
    assert all(labels[j] != labels[i] and patients[j] != patients[i] for i, j in enumerate(other))


def test_the_piece_elsewhere_is_as_large_and_off_the_region():
    images = pictures(4)
    shown = dict(views(images, slice(0, 4), (np.zeros(4, int), np.zeros(4, int)), torch.device("cpu")))
    changed = {name: (shown[name] - shown["as_is"]).abs().amax(1) > 1e-3 for name in ("removed_mean", "elsewhere_mean")}
    inside = images.roi[:, 0] > 0
    assert changed["removed_mean"][inside].float().mean() > 0.9
    assert not changed["elsewhere_mean"][inside].any()
    sizes = [found.float().sum((1, 2)) for found in changed.values()]
    assert torch.allclose(*sizes, rtol=0.4), "soft edges meet grey on grey"
