"""How well it did, and how surely."""

from sightline.rooms import lazy

_NAMES = {
    "localisation": ("energy_inside", "roi_area", "dice", "pixel_ap"),
    "pointing": ("points_into", "pointing_share"),
    "compare": ("paired_difference",),
    "paired": ("permutation_test",),
    "delong": ("area_interval", "area_test"),
    "overlap": ("concept_overlap",),
    "bootstrap": ("intervals",),
}
__getattr__, __dir__ = lazy(__name__, {name: f"sightline.metrics.{module}:{name}" for module, some in _NAMES.items() for name in some})
