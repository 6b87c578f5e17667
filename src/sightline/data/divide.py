"""Images are divided into groups by a tag: by its values, or by bins of a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sightline.data.table_cells import missing
from sightline.errors import UserError, nearest
from sightline.tag_groups import NOT_KNOWN, ByTag, bin_of, by_tag, each_tag_once, name_of
from sightline.types import Record

FEW_VALUES = 4  # different numbers, up to which each is a group: grades and codes are no lengths
_UNKNOWN = {"unknown", NOT_KNOWN, "unspecified", "not specified", "?"}


@dataclass(frozen=True)
class Division:
    """The group of each image.

    Attributes:
        by: the tag, with the edges of its bins.
        names: of the groups that have images, in their order; `not known` is the last.
        member: (N,) place of each image's group in `names`.
    """

    by: ByTag
    names: tuple[str, ...]
    member: np.ndarray


def known(value: Any) -> bool:
    """Whether a tag says anything: `unknown` and what programs write for "no value" do not."""
    return not missing(value) and not (isinstance(value, str) and value.strip().lower() in _UNKNOWN)


def values_of(records: Sequence[Record], tag: str) -> list[Any]:
    """The value of the tag for each record, None where it is not known."""
    said = [_plain(record.tags.get(tag)) for record in records]
    return [value if known(value) else None for value in said]


def settled(by: Sequence[str], records: Sequence[Record], called: str = "by") -> tuple[ByTag, ...]:
    """How images are divided: numbers without stated edges get bins at the quartiles of these records.

    So all splits of a run have the same bins. A number with up to four different values gets none; each value is a group.

    Args:
        by: as `evaluate.by` has it.
        records: all images of a data set.
        called: the argument or setting, for errors.

    Raises:
        UserError: what cannot be read, a tag that is named twice or that no image has, or bins of a tag that holds text.
    """
    try:
        each_tag_once(tuple(by))
    except ValueError as error:
        reason, _, remedy = str(error).rpartition(". ")
        raise UserError(f"`{called}=...`", reason, f"{remedy}.") from None
    return tuple(_settled(by_tag(text), records, called) for text in by)


def _settled(by: ByTag, records: Sequence[Record], called: str) -> ByTag:
    there = [value for value in values_of(records, by.tag) if value is not None]
    where = f"`{called}={by.tag}`"
    if not there:
        tags = sorted({name for record in records for name in record.tags})
        remedy = nearest(by.tag, tags) if tags else "The images of this data set have no tags: leave it out."
        raise UserError(where, f"no image has a known tag {by.tag!r}", remedy)
    text = next((value for value in there if not _is_number(value)), None)
    if by.edges and text is not None:
        remedy = f"Write `{called}={by.tag}`: each value is then a group."
        raise UserError(where, f"has bins, and {name_of(text)!r} is not a number", remedy)
    if by.edges or text is not None or len(set(there)) <= FEW_VALUES:
        return by
    return ByTag(by.tag, _quartiles(there), quartiles=True)


def divide(records: Sequence[Record], by: ByTag) -> Division:
    """The group of each record. In bins that a tag of another data set does not fit, text is a group of its own."""
    found = [_group(value, by) for value in values_of(records, by.tag)]
    order = [one.name for one in by.bins] or _in_order(values_of(records, by.tag))
    names = tuple(name for name in dict.fromkeys([*order, *sorted(set(found)), NOT_KNOWN]) if name in set(found))
    names = tuple(sorted(names, key=lambda name: name == NOT_KNOWN))
    return Division(by, names, np.array([names.index(name) for name in found], dtype=np.intp))


def belongs(records: Sequence[Record], group: str) -> np.ndarray:
    """Whether each record belongs to a group, such as `sex=female`, `age=40-60` or `age=>=60`.

    Returns:
        (N,) 1 or 0, NaN where it is not known.
    """
    tag, _, name = group.partition("=")
    bin = bin_of(name)

    def one(value: Any) -> float:
        if value is None:
            return np.nan
        return float(name_of(value) == name or (bin is not None and _is_number(value) and value in bin))

    return np.array([one(value) for value in values_of(records, tag)], dtype=np.float64)


def _group(value: Any, by: ByTag) -> str:
    if value is None:
        return NOT_KNOWN
    if by.edges and _is_number(value):
        return next(one.name for one in by.bins if value in one)
    return name_of(value)


def _in_order(values: Sequence[Any]) -> list[str]:
    """Names of values: numbers by size, text by its letters."""
    there = [value for value in values if value is not None]
    return [name_of(value) for value in (sorted(set(there)) if all(map(_is_number, there)) else sorted(set(there), key=name_of))]


def _quartiles(values: Sequence[float]) -> tuple[float, ...]:
    """Edges of at most four bins, to three digits, none of which is empty."""
    found = {float(f"{edge:.3g}") for edge in np.quantile(values, (0.25, 0.5, 0.75))}
    return tuple(sorted(edge for edge in found if min(values) < edge <= max(values)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
