"""What a package shows of itself under `sl`: names that are imported when they are used, and, where the package is also a verb, a call."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from inspect import Signature, getdoc, signature
from textwrap import fill
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
            """That of the verb, which editors show."""
            return signature(verb())

        @property
        def __doc__(self) -> str:  # type: ignore[override]
            """That of the verb with its call after the first line, because `help` shows no signature of a package."""
            summary, *rest = (getdoc(verb()) or "").split("\n\n")
            call = fill(f"{verb().__name__}{signature(verb())}", 100, subsequent_indent="    ")
            return "\n\n".join((summary, call, *rest))

    sys.modules[package].__class__ = CallableRoom
