"""Images that were made to have a class, or to which a unit responds."""

from __future__ import annotations

from pydantic import AliasChoices, Field

from sightline.results.base import Result


class ClassImage(Result):
    """An image that maximises the score of a class.

    Attributes:
        label: the class (`class` in JSON files).
        file: of the image.
        probability, grey: of the class, for its image and for plain grey; calibrated where the run keeps a calibration.
    """

    label: str = Field(validation_alias=AliasChoices("class", "label"), serialization_alias="class")
    file: str
    probability: float
    grey: float


class UnitImage(Result):
    """An image that maximises the response of a unit; `response`, `grey`: mean response to it, and to plain grey."""

    unit: str
    file: str
    response: float
    grey: float
