"""What an annotation file says of an image besides its marks, named as the columns of a table: `group`, `split`, `nothing`, `tag:NAME`.

No annotation tool has a place of its own for these; each keeps further facts on an image in some way, and they are read from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sightline.data import table_cells
from sightline.data.sets.objects import Image
from sightline.data.splits import SPLIT_NAMES
from sightline.types import Record

TAG = "tag:"
NAMES = ("group", "split", "nothing")


@dataclass(frozen=True)
class Told:
    """Attributes:
    group: patient or lesion; None where none is given.
    split: None where none is given, `` where the image is said to have none.
    nothing: the expert looked and found nothing to mark.
    tags: further facts.
    """

    group: str | None = None
    split: str | None = None
    nothing: bool = False
    tags: Mapping[str, Any] = field(default_factory=dict)

    def of(self, image: Image) -> Image:
        """The image with what is told of it; what is not told stays as it is."""
        split = image.split if self.split is None else SPLIT_NAMES.get(self.split.lower(), self.split) or None
        return replace(image, group=self.group, split=split, nothing=self.nothing, tags=self.tags)


def is_fact(name: str) -> bool:
    """Whether a name is one of those that are read here."""
    return name in NAMES or name.startswith(TAG)


def told(given: Any, where: str) -> Told:
    """What names and values say of an image; other names are passed over, and so is what is no mapping.

    Args:
        where: names the image in messages.

    Raises:
        UserError: `nothing` is neither true nor false.
    """
    facts = {str(name): value for name, value in given.items()} if isinstance(given, Mapping) else {}
    group, split = (None if name not in facts else _text(facts[name]) for name in ("group", "split"))
    tags = {name.removeprefix(TAG): table_cells.tag(value) for name, value in facts.items() if name.startswith(TAG) and _text(value)}
    return Told(group or None, split, table_cells.flag(facts.get("nothing") or "", f"{where} nothing"), tags)


def facts_of(record: Record, nothing: bool) -> dict[str, str | int | float | bool]:
    """What a file says of a record, for `told` to read.

    Args:
        nothing: the expert looked and found nothing to mark.
    """
    tags = {f"{TAG}{name}": value for name, value in record.tags.items() if isinstance(value, str | int | float)}
    return {
        **({"group": record.group} if record.group else {}),
        "split": record.split or "",
        **({"nothing": True} if nothing else {}),
        **tags,
    }


def _text(value: Any) -> str:
    return "" if table_cells.missing(value) or isinstance(value, list | dict) else str(value).strip()
