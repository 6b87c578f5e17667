"""Two runs on the same images."""

from __future__ import annotations

import re

import numpy as np
import pytest
from invented_run import invent

from sightline.engine.compare import baseline, common_split, differences, judged, judged_split, other_than
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.report.side_by_side import compare_runs


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return invent(tmp_path_factory.mktemp("runs") / "guided", skill=3, splits=("val", "matched", "flipped"))


@pytest.fixture(scope="module")
def plain(guided: Run) -> Run:
    """It looks at the ruler's place and decides by the ruler."""
    return invent(guided.path.parent / "plain", "demo-label-only", "ruler", "ruler", skill=3, seed=1, splits=("val", "flipped"))


def test_the_baseline_is_the_first_run_that_was_not_guided_or_else_the_first(guided, plain):
    assert baseline([guided, plain]) is plain
    assert baseline([guided, guided]) is guided


def test_a_run_is_judged_on_the_split_asked_for_or_its_first_test_split(guided):
    assert judged_split(guided) == "matched"
    assert judged_split(guided, "val") == "val"
    with pytest.raises(UserError, match=r'split \'fliped\'.*has no such split.*Did you mean "flipped"'):
        judged_split(guided, "fliped")


def test_runs_stand_side_by_side_on_a_split_that_all_have(guided, plain, tmp_path):
    assert common_split([guided]) == "matched"
    assert common_split([guided, plain]) == "flipped"
    assert common_split([guided, plain], "val") == "val"
    with pytest.raises(UserError, match=r"plain: has no scores for split 'matched'.*split=\['matched'\]"):
        common_split([guided, plain], "matched")
    other = invent(tmp_path / "other", splits=("removed",))
    with pytest.raises(UserError, match=r"was not evaluated on a split that all given runs share.* and so on, on one split"):
        common_split([guided, other])


def test_what_a_run_answered_is_judged_by_its_threshold_and_the_energy_inside_the_region(guided):
    found, said = judged(guided, "flipped"), guided.predictions("flipped")
    assert found.ids == said.ids
    assert (found.labels == said.labels).all()
    assert found.epg.mean() == pytest.approx(guided.scores["flipped"].first_map.epg.value, abs=0.01)
    assert judged(guided, "flipped", attention=False).epg is None


def test_differences_are_those_of_the_scores_and_turn_their_sign_with_the_order(guided, plain):
    there, back = (differences(*runs, "flipped", draws=200) for runs in ((guided, plain), (plain, guided)))
    for metric in ("accuracy", "epg"):
        assert there[metric].value == pytest.approx(-back[metric].value)
        assert there[metric].verdict == "higher"
        assert back[metric].verdict == "lower"
    own, other = (run.scores["flipped"].classification.accuracy.value for run in (guided, plain))
    assert there["accuracy"].value == pytest.approx(own - other)
    assert "epg" not in differences(guided, plain, "flipped", attention=False, draws=50)
    assert np.isfinite(there["auc"].value)


def test_it_is_said_in_what_a_run_differs_so_that_it_cannot_be_compared(guided, plain, tmp_path):
    assert other_than(plain, guided, "flipped") is None
    turned, named = Run(plain.path), Run(plain.path)
    turned.classes, named.classes = plain.classes[::-1], ("nevus", "mole")
    place = re.escape(str(guided.path))
    order = rf"has the same classes in another order \(melanoma, nevus\) than {place} \(nevus, melanoma\)"
    assert re.fullmatch(order, other_than(turned, guided, "flipped"))
    assert re.fullmatch(rf"has other classes \(nevus, mole\) than {place} .*", other_than(named, guided, "flipped"))
    fewer = invent(tmp_path / "fewer", counts=(8, 6, 10), splits=("flipped",))
    images = rf"was evaluated on other images of 'flipped' than {place}: 0 images by this run alone, 10 images by the other alone"
    assert re.fullmatch(images, other_than(fewer, guided, "flipped"))
    with pytest.raises(UserError, match=f"fewer: {images}. Compare runs on one split"):
        compare_runs([guided, fewer], "flipped", None)
