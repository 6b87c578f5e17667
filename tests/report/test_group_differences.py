"""Runs against the base within each group: the images of the group alone, and every p corrected."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.engine.compare import judged
from sightline.engine.run import Run
from sightline.metrics.comparisons.family import holm
from sightline.report.group_differences import compared_groups
from sightline.tag_groups import by_tag


@pytest.fixture(scope="module")
def base(label_only):
    """The same run, with smaller groups."""
    run = Run(label_only.path)
    run.__dict__["recipe"] = run.recipe.with_settings(evaluate__by_least=4, evaluate__by_least_of_class=1)
    return run


@pytest.fixture(scope="module")
def found(guided, base):
    return compared_groups({"guided": guided}, base, "base", "matched", [by_tag("hair"), by_tag("lesion_area=0.1")], draws=200)


def test_a_difference_is_that_of_the_images_of_its_group(found, guided, label_only):
    hairy = np.array([record.tags["hair"] for record in guided.datasets["matched"].records])
    right = [(said.probabilities.argmax(1) == said.labels)[hairy] for said in (judged(run, "matched") for run in (guided, label_only))]
    one = next(one for one in found if (one.tag, one.group, one.metric) == ("hair", "yes", "accuracy"))
    assert one.n == hairy.sum()
    assert one.value == pytest.approx(right[0].mean() - right[1].mean())


def test_p_values_are_corrected_over_all_groups_and_scores(found):
    plain = {(one.tag, one.group, one.metric): one.p for one in found}
    assert len(plain) > 6
    assert {(one.tag, one.group, one.metric): one.p_holm for one in found} == holm(plain)


def test_small_groups_are_left_out(guided, label_only, base):
    assert compared_groups({"guided": guided}, label_only, "base", "matched", [by_tag("hair")], draws=20) == [], "fewer than 20 images"
    assert compared_groups({}, base, "base", "matched", [by_tag("hair")]) == []
