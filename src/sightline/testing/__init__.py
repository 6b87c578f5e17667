"""The contracts of all kinds of plug-ins, as functions that anybody can run on a plug-in of their own.

>>> from sightline.losses.energy import Energy
>>> check_guidance_loss(Energy)

Each holds one plug-in to everything that sightline relies on, and raises an AssertionError that says what it does not keep.
"""

from sightline.testing.backbone import check_backbone
from sightline.testing.behaviour import check_behaviour_loss
from sightline.testing.classification import check_classification_loss
from sightline.testing.figure import check_figure
from sightline.testing.guidance import check_guidance_loss
from sightline.testing.reader import check_reader
from sightline.testing.source import check_attention_source
from sightline.testing.weighting import check_weighting

__all__ = [
    "check_attention_source",
    "check_backbone",
    "check_behaviour_loss",
    "check_classification_loss",
    "check_figure",
    "check_guidance_loss",
    "check_reader",
    "check_weighting",
]
