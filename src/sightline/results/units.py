"""Units of a network, named by the concepts that they overlap with."""

from __future__ import annotations

from sightline.results.base import Count, Number, Result


class ConceptUnit(Result):
    """The unit of a layer that overlaps most with a concept.

    Attributes:
        layer, number, unit: name and number of the layer, and number of the unit in it.
        shown_in: images that show the concept.
        named: whether the overlap is beyond chance.
        iou, expected, level: see `metrics.scores.overlap.Overlap`; None where too few images are known to tell what chance reaches.
        accuracy, auc, flips: what switching the unit off changes; None where that was not asked for. What it changes in the score of a
            class is a further field, `score:<class>`.
    """

    layer: str
    number: Count
    unit: Count
    concept: str
    shown_in: Count
    named: bool
    iou: float
    expected: Number
    level: Number
    accuracy: Number = None
    auc: Number = None
    flips: Number = None


class NamedUnits(Result):
    """What `sl.units` found.

    Attributes:
        split, images: the split, and how many of its images were used.
        concepts: the best unit of each concept.
        absent: concepts that no image shows.
        files: the files that were written.
        notes: what has to be known of another data set.
    """

    split: str
    images: Count
    concepts: list[ConceptUnit]
    absent: list[str]
    files: list[str]
    notes: tuple[str, ...] = ()
