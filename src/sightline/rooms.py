"""What a package shows of itself under `sl`: names that are imported when they are used, and, where the package is also a verb, a call."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from inspect import Signature, signature
from types import ModuleType
from typing import Any


def lazy(package: str, places: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package whose names lie in its modules.

    Args:
        places: name -> `module:attribute`.
    """

    def get(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, attribute = places[name].partition(":")
        return getattr(import_module(module), attribute)

    return get, lambda: sorted(places)


def by_class(places: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Places of the catalogue by the names of their classes.

    >>> by_class([{"l2": "sightline.losses.l2:L2"}])
    {'L2': 'sightline.losses.l2:L2'}
    """
    return {place.partition(":")[2]: place for room in places for place in room.values()}


def callable_as(package: str, place: str) -> None:
    """Makes a package callable: `sl.audit(...)` is the verb, `sightline.audit.covers` a module of it.

    Args:
        place: `module:function` of the verb.
    """

    def verb() -> Callable[..., Any]:
        module, _, function = place.partition(":")
        found: Callable[..., Any] = getattr(import_module(module), function)
        return found

    class CallableRoom(ModuleType):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return verb()(*args, **kwargs)

        @property
        def __signature__(self) -> Signature:
            """That of the verb, which editors and `help` show."""
            return signature(verb())

    sys.modules[package].__class__ = CallableRoom
