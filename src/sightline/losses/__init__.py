"""Losses that tell a classifier where to look, one file per loss, and their weighting."""

from sightline.catalog import PLACES
from sightline.rooms import by_class, lazy

__getattr__, __dir__ = lazy(__name__, by_class(PLACES[room] for room in ("classification", "guidance", "behaviour", "weighting")))
