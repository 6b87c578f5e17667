"""Attention sources, which compute where a classifier looks: one file per source."""

from sightline.catalog import PLACES
from sightline.rooms import by_class, lazy

__getattr__, __dir__ = lazy(__name__, by_class([PLACES["attention"]]))
