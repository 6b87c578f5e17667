from __future__ import annotations

from invented_scores import scored
from kept import SCORE, kept, lacks, refuses

from sightline.results.scores import Level, Localisation
from sightline.results.summary import Demo, Summary

SCORES = scored([[3, 1], [2, 4]], accuracy=SCORE, balanced=SCORE.but(value=0.71), n=10)
MAP = Localisation(epg=Level(**SCORE.but(value=0.6).fields()), roi_area=SCORE.but(value=0.12))


def test_a_summary_has_the_values_of_the_scores_and_of_the_first_map() -> None:
    found = Summary.of(SCORES.but(localisation={"cam": MAP, "other": MAP.but(epg=Level(value=0, low=None, high=None))}))
    assert kept(found) == {"accuracy": 0.8, "balanced_accuracy": 0.71, "auc": 0.91, "epg": 0.6, "roi_area": 0.12}


def test_without_maps_there_is_no_agreement_and_what_could_not_be_computed_is_none() -> None:
    found = Summary.of(scored([[0, 0], [2, 4]], n=6))
    assert (found.accuracy, found.epg, found.roi_area) == (None, None, None)
    assert kept(found)["epg"] is None


def test_the_demo_compares_summaries_arm_by_arm() -> None:
    demo = Demo(seconds=41.0, peak_rss_mb=None, report="report.html", arms={"guided": {"flipped": Summary.of(SCORES)}})
    assert kept(demo)["arms"]["guided"]["flipped"]["auc"] == 0.91
    lacks(demo, "arms", "peak_rss_mb")
    refuses(demo, seconds="long")
