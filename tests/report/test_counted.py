"""What is found is said in cases, with intervals that are never without width, and predictive values name their prevalence."""

from __future__ import annotations

import invented_scores
import pytest

from sightline.report.counted import what_an_answer_means, what_it_finds, where_the_peak_lies, with_the_artefact_swapped
from sightline.results import Score, SplitScores
from sightline.results.scores import Decided, Level, Localisation, Positive


def of(value: float | None, low: float | None = None, high: float | None = None) -> Score:
    return Score(value=value, low=low, high=high)


@pytest.fixture
def scores() -> SplitScores:
    """20 melanomas, all found; 50 nevi, 45 of them cleared."""
    found = invented_scores.scored(((45, 5), (0, 20)), n=70)
    kept = Decided(threshold=0.3, sensitivity=of(1.0, 0.84, 1.0), specificity=of(0.9, 0.8, 0.96), balanced_accuracy=of(0.95), oracle=None)
    fields = {name: of(0.9, 0.8, 0.95) for name in Positive.model_fields if Positive.model_fields[name].annotation is Score}
    positive = Positive.model_construct(**fields)
    return found.but(classification=found.classification.model_copy(update={"at_threshold": kept, "positive": positive}))


def test_sensitivity_and_specificity_are_said_in_images(scores) -> None:
    said = what_it_finds(scores, "test")
    assert "it finds 20 of 20 images of melanoma, a sensitivity of 100% (95% interval 84% to 100%)" in said
    assert "rightly calls 45 of 50 images nevus, a specificity of 90% (80% to 96%)." in said
    assert what_it_finds(invented_scores.scored(((45, 5), (0, 20))), "test") == "", "no threshold is kept"


def test_predictive_values_follow_bayes_rule_and_name_their_prevalence(scores) -> None:
    said = what_an_answer_means(scores, 0.1)
    assert said.startswith("Where 10% of the patients have melanoma, 53% (95% interval ")  # .1 / (.1 + .1 * .9)
    assert "and 100% (" in said
    assert "of 1,000 patients, 100 have it, 100 of whom it finds and 0 it misses; it raises 90 false alarms." in said
    assert "as in these images" not in said
    own = what_an_answer_means(scores, None)
    assert own.startswith("Where 29% of the patients have melanoma, as in these images, 80% (")  # 20 / (20 + 5)
    assert "`sightline report` takes a `prevalence`" in own
    assert what_an_answer_means(invented_scores.scored(((45, 5), (0, 20))), 0.1) == ""


def test_the_peak_is_counted_beside_a_point_in_the_middle() -> None:
    level = Level(value=0.855, low=0.8, high=0.9, uniform=0.2, centre=0.75, shuffled=None)
    found = Localisation(n=200, epg=Level(value=None, low=None, high=None), pointing=level, roi_area=of(0.2))
    assert where_the_peak_lies(found) == (
        "The highest point of its map lies inside the marked region in 171 of 200 images (80% to 90%); "
        "a point in the middle of every image would in 150."
    )
    assert where_the_peak_lies(found.but(pointing=None)) == where_the_peak_lies(None) == ""


def test_where_the_artefact_lies_beside_the_other_class_it_is_said_anew(scores) -> None:
    said = with_the_artefact_swapped(scores)
    assert said.endswith("beside the other class, the sensitivity is 100% (84% to 100%) and the specificity 90% (80% to 96%).")
    assert with_the_artefact_swapped(invented_scores.scored(((45, 5), (0, 20)))) == ""
