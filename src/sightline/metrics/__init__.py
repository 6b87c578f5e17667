"""Scores of decisions and maps, their intervals, and comparisons of runs."""

from sightline.rooms import lazy

_NAMES = {
    "scores.localisation": ("energy_inside", "roi_area", "dice", "pixel_ap", "points_into", "pointing_share"),
    "scores.overlap": ("concept_overlap",),
    "confidence.bootstrap": ("intervals",),
    "confidence.delong": ("area_interval", "area_test"),
    "comparisons.compare": ("paired_difference",),
    "comparisons.paired": ("permutation_test",),
}
__getattr__, __dir__ = lazy(__name__, {name: f"sightline.metrics.{module}:{name}" for module, some in _NAMES.items() for name in some})
