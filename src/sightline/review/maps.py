"""The maps of a run, as its folder keeps them, on one scale for all cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from sightline.engine.run import Attention, Run
from sightline.explain.overlay import Range, display
from sightline.explain.run_pictures import class_specific, map_range
from sightline.results.scores import Thresholds

_TYPICAL = 95  # percentile of the highest values of all maps that has the last colour


class Maps:
    """The maps of the class that is decided for, of some splits of a run.

    Args:
        splits: those that were not evaluated have no maps.
    """

    def __init__(self, run: Run, splits: Sequence[str]) -> None:
        self.run, self._splits = run, splits

    @cached_property
    def _attention(self) -> Mapping[str, Attention]:
        """Split -> maps; empty for a source without maps."""
        there = self.run.every_prediction()
        found = {split: self.run.attention(split) for split in self._splits if split in there}
        return {split: one for split, one in found.items() if one is not None}

    @cached_property
    def _seen(self) -> Mapping[str, dict[str, int]]:
        return {split: {name: i for i, name in enumerate(one.ids)} for split, one in self._attention.items()}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the maps; empty for a source without maps."""
        return tuple(next(iter(self._attention.values())).maps) if self._attention else ()

    @property
    def first(self) -> str:
        """The name of the first map; empty: there is none."""
        return next(iter(self.names), "")

    def of(self, split: str, id: str, name: str) -> np.ndarray | None:
        """The raw map (h, w) of an image; None where there is none."""
        one, place = self._attention.get(split), self._seen.get(split, {}).get(id)
        return None if one is None or place is None or name not in one.said else one.said[name][place]

    @property
    def range(self) -> Range:
        """What the values of the maps mean."""
        return map_range(self.run)

    @property
    def of_class(self) -> bool:
        """Whether maps explain one class."""
        return class_specific(self.run)

    def silence(self, raw: np.ndarray) -> str:
        """Why there is nothing to see on a map; empty: there is."""
        return display(raw, self.range, raw.shape).note

    def highest(self, raw: np.ndarray) -> str:
        """How strong a map is, beside the colours: what is weak is hardly seen in them."""
        return f"The highest value of this map is {float(raw.max()):.3g}." if np.isfinite(raw).all() else ""

    def scale(self, name: str) -> float:
        """The value of a map that has the last colour, the same for all cases."""
        return self._scales[name]

    def own_scale(self, raw: np.ndarray) -> float:
        """The value that has the last colour in the scale of one case: the highest of its map."""
        highest = float(raw.max()) if np.isfinite(raw).all() else 0.0
        return highest if highest > 0 else 1.0

    def coloured(self, raw: np.ndarray, name: str, own: bool) -> tuple[np.ndarray, Range, float]:
        """A map, what its values mean and which has the last colour: of the scale of all cases, or of its own, see `own_scale`."""
        if not own:
            return raw, self.range, self.scale(name)
        # of maps in [0, 1] the value 1 has the last colour, whatever the scale
        return (raw / self.own_scale(raw), self.range, 1.0) if self.range == "unit" else (raw, self.range, self.own_scale(raw))

    @cached_property
    def _scales(self) -> Mapping[str, float]:
        if self.range == "unit":
            return dict.fromkeys(self.names, 1.0)
        highest = {name: np.concatenate([one.said[name].max(axis=(1, 2)) for one in self._attention.values()]) for name in self.names}
        positive = {name: tops[np.isfinite(tops) & (tops > 0)] for name, tops in highest.items()}
        return {name: float(np.percentile(tops, _TYPICAL)) if len(tops) else 1.0 for name, tops in positive.items()}

    def meaning(self, name: str) -> str:
        """What the colours of the maps mean, beside their bar."""
        if self.range == "unit":
            return "The map lies between 0 and 1 by itself; the colours are the same in all cases."
        of = "for the class that is decided for" if self.of_class else "for any class"
        top = f"{self.scale(name):.3g}"
        return (
            f"Positive evidence {of}, from 0 to {top} or more (the highest value of 19 maps in 20 is lower); the same colours in all cases."
        )

    def own_meaning(self, raw: np.ndarray) -> str:
        """What the colours mean in the scale of one case."""
        top = f"{self.own_scale(raw):.3g}"
        return f"Scale of this case alone: from 0 to {top}, the highest value of its map. The colours of two cases cannot be compared."

    def threshold(self, name: str) -> float:
        """From which share of its range on a map counts as marked: the one that the run keeps, or else that of its scores."""
        chosen = self._chosen(name)
        return self.run.recipe.evaluate.threshold if chosen is None else chosen

    def keeps(self, name: str) -> bool:
        """Whether the run keeps a threshold of the map from its validation images."""
        return self._chosen(name) is not None

    def _chosen(self, name: str) -> float | None:
        kept = self._thresholds
        return kept.maps.get(name) if kept else None

    @cached_property
    def _thresholds(self) -> Thresholds | None:
        return self.run.thresholds
