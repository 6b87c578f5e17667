"""What `evaluate.point_into` asks of a data set, checked before a training; `engine/evaluate.py` scores it."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.config import Evaluate
from sightline.errors import UserError, nearest
from sightline.types import Record


def check_point_into(settings: Evaluate, records: Sequence[Record], classes: Sequence[str]) -> None:
    """Refuses classes and regions that the data set does not have.

    Raises:
        UserError: an unknown class or region, or maps that are not the labelled class's.
    """
    known = {name for record in records for name in record.regions}
    for label, regions in settings.point_into.items():
        where = f"evaluate.point_into.{label}"
        if label not in classes:
            raise UserError(where, f"unknown class {label!r}", nearest(label, classes))
        for name in regions:
            if name not in known:
                remedy = nearest(name, known) if known else "This data set has no named regions: leave evaluate.point_into out."
                raise UserError(where, f"no image has a region {name!r}", remedy)
    if settings.point_into and settings.explain != "label":
        raise UserError("evaluate.point_into", "asks about the map of the labelled class", "Set evaluate.explain=label.")
