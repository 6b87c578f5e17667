"""Scores of decisions and maps, their intervals, and comparisons of runs."""

from typing import TYPE_CHECKING

from sightline.rooms import lazy

if TYPE_CHECKING:  # for editors and type checkers, which do not read the catalogue
    from sightline.metrics.comparisons.compare import Judged as Judged
    from sightline.metrics.comparisons.compare import paired_difference as paired_difference
    from sightline.metrics.comparisons.family import holm as holm
    from sightline.metrics.comparisons.paired import mcnemar as mcnemar
    from sightline.metrics.comparisons.paired import permutation_test as permutation_test
    from sightline.metrics.confidence.bootstrap import intervals as intervals
    from sightline.metrics.confidence.delong import area_interval as area_interval
    from sightline.metrics.confidence.delong import area_test as area_test
    from sightline.metrics.confidence.shares import wilson as wilson
    from sightline.metrics.scores.calibration import brier as brier
    from sightline.metrics.scores.calibration import expected_error as expected_error
    from sightline.metrics.scores.localisation import dice as dice
    from sightline.metrics.scores.localisation import energy_inside as energy_inside
    from sightline.metrics.scores.localisation import jaccard as jaccard
    from sightline.metrics.scores.localisation import pixel_ap as pixel_ap
    from sightline.metrics.scores.localisation import pointing as pointing
    from sightline.metrics.scores.localisation import pointing_share as pointing_share
    from sightline.metrics.scores.localisation import points_into as points_into
    from sightline.metrics.scores.localisation import roi_area as roi_area
    from sightline.metrics.scores.overlap import concept_overlap as concept_overlap
    from sightline.metrics.scores.ranks import auc as auc
    from sightline.metrics.scores.ranks import average_precision as average_precision
    from sightline.metrics.scores.ranks import curves as curves
    from sightline.metrics.scores.ranks import roc_curve as roc_curve
else:
    _NAMES = {
        "scores.ranks": ("auc", "average_precision", "curves", "roc_curve"),
        "scores.calibration": ("brier", "expected_error"),
        "scores.localisation": ("energy_inside", "roi_area", "jaccard", "dice", "pixel_ap", "pointing", "points_into", "pointing_share"),
        "scores.overlap": ("concept_overlap",),
        "confidence.bootstrap": ("intervals",),
        "confidence.delong": ("area_interval", "area_test"),
        "confidence.shares": ("wilson",),
        "comparisons.compare": ("Judged", "paired_difference"),
        "comparisons.paired": ("mcnemar", "permutation_test"),
        "comparisons.family": ("holm",),
    }
    __getattr__, __dir__ = lazy(__name__, {name: f"sightline.metrics.{module}:{name}" for module, some in _NAMES.items() for name in some})
