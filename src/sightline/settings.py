"""What every section of settings shares: it is frozen, knows its keys, and each of its numbers lies between two bounds."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


def _no_truth_value(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number is wanted, not true or false")
    return value


NUMBER = BeforeValidator(_no_truth_value)  # stands last in an annotation, so that the bounds before it are found in the schema


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise ValueError("a range is written [low, high] with low <= high")
    return pair


def _from_black_to_white(pair: tuple[float, float]) -> tuple[float, float]:
    if not pair[0] < pair[1]:
        raise ValueError("a scale is written [black, white] with black < white")
    return pair


_NAME = re.compile(r"\w(?:[\w .+=,@~-]{0,98}[\w+])?")


def _stays_in_its_place(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a name has up to 100 letters, digits, spaces or signs out of _.+=,@~- and begins and ends with a letter or digit")
    return name


LARGEST_COUNT = 100_000
MOST_CHANNELS = 64
COLOUR = 3  # channels of a picture in red, green and blue

Fraction = Annotated[float, Field(ge=0, le=1), NUMBER]
BelowOne = Annotated[float, Field(ge=0, lt=1), NUMBER]
Positive = Annotated[float, Field(gt=0, le=1000), NUMBER]
Weight = Annotated[float, Field(ge=0, le=1e6), NUMBER]
Count = Annotated[int, Field(ge=1, le=LARGEST_COUNT), NUMBER]
CountFromZero = Annotated[int, Field(ge=0, le=LARGEST_COUNT), NUMBER]
Seed = Annotated[int, Field(ge=0, lt=2**32), NUMBER]  # what NumPy takes
Channels = Annotated[int, Field(ge=1, le=MOST_CHANNELS), NUMBER]  # of an image
Side = Annotated[int, Field(ge=4, le=4096), NUMBER]  # of an image, pixels
Resamples = Annotated[int, Field(ge=10, le=1_000_000), NUMBER]
Confidence = Annotated[float, Field(ge=0.5, le=0.9999), NUMBER]
Workers = Annotated[int, Field(ge=0, le=256), NUMBER]

_Angle = Annotated[float, Field(ge=-360, le=360), NUMBER]
_Zoom = Annotated[float, Field(ge=0.05, le=20), NUMBER]
_Share = Annotated[float, Field(ge=0.01, le=1), NUMBER]
_Slant = Annotated[float, Field(ge=-2000, le=2000), NUMBER]
Degrees = Annotated[tuple[_Angle, _Angle], AfterValidator(_ordered)]
Factors = Annotated[tuple[_Zoom, _Zoom], AfterValidator(_ordered)]
Shares = Annotated[tuple[_Share, _Share], AfterValidator(_ordered)]
Shear = Annotated[tuple[_Slant, _Slant], AfterValidator(_ordered)]
_Factor = Annotated[float, Field(ge=0, le=10), NUMBER]
Colour = _Factor | Annotated[tuple[_Factor, _Factor], AfterValidator(_ordered)]
Level = Annotated[float, Field(ge=-1e12, le=1e12), NUMBER]  # a grey value of a picture of any depth
BlackWhite = Annotated[tuple[Level, Level], AfterValidator(_from_black_to_white)]

# of runs, stages and arms: a name becomes that of a folder, so it is one that every file system takes and that stays in its place
Name = Annotated[str, AfterValidator(_stays_in_its_place)]


class Settings(BaseModel):
    """Frozen; unknown keys are refused with the nearest known name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())


class Plugin(Settings):
    """A name from the catalogue and the options of what it names; the options are checked by `Recipe.check`."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    name: str

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})
