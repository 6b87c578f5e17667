"""How a classifier says where it looks: one file per attention source."""

from sightline.catalog import PLACES
from sightline.rooms import by_class, lazy

__getattr__, __dir__ = lazy(__name__, by_class([PLACES["attention"]]))
