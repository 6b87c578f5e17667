"""The parts of every result: an object that JSON holds, and a score with its interval."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FORMAT = 2  # of the JSON files; files of version 1 do not name it, and have the same fields
Number = Annotated[float, Field(allow_inf_nan=False)] | None  # None is what cannot be computed
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)] | None


def _known(version: int) -> int:
    if version > FORMAT:
        raise ValueError(f"its format is {version}, and this version of sightline reads formats up to {FORMAT}; update sightline")
    return version


Version = Annotated[int, Field(ge=1), AfterValidator(_known)]


class Result(BaseModel):
    """A part of a result. Its fields cannot be reassigned; `to_json` converts it to plain values. Further fields of a file are kept."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())

    def to_json(self) -> dict[str, Any]:
        """Plain values, as in the JSON files of a run."""
        return self.model_dump(mode="json", exclude_unset=True, by_alias=True)

    def fields(self) -> dict[str, Any]:
        """The fields that were set, by name, for a result that has more fields."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    def but(self, **fields: Any) -> Self:
        """A copy in which some fields have other values."""
        return self.model_copy(update=fields)


class Score(Result):
    """A number with its interval.

    >>> import sightline as sl
    >>> sl.Score(value=0.8, low=0.7, high=0.9)
    Score(0.800 [0.700, 0.900])

    Attributes:
        value: None where it cannot be computed, such as the AUC of images of one class.
        low, high: bounds of the interval; None where there are too few images.
        method: how the interval was computed, if known: `bca`, `percentile`, or `wilson` of a share of 0 or 1.
        n: number of images that the score is computed from, such as those of the class for its sensitivity; None where that is not known,
            as in runs of earlier versions.
    """

    value: Number
    low: Number
    high: Number
    method: str | None = None
    n: Count | None = None

    @property
    def number(self) -> float:
        """The value, where it is certain that there is one.

        Raises:
            ValueError: it could not be computed.
        """
        if self.value is None:
            raise ValueError("this score could not be computed")
        return self.value

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both bounds; None without them."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    def __repr__(self) -> str:
        shown = ["-" if number is None else f"{number:.3f}" for number in (self.value, self.low, self.high)]
        return f"{type(self).__name__}({shown[0]} [{shown[1]}, {shown[2]}])"

    __str__ = __repr__
