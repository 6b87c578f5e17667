"""Bounds of the numbers that verbs take, checked before anything is read or written. The command line has the same ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sightline.errors import UserError

P = ParamSpec("P")
T = TypeVar("T")


def bounded(**bounds: tuple[float | None, float | None]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A verb that refuses arguments below the lowest or above the highest value; None: no such bound. An argument of None is not checked.

    >>> @bounded(images=(2, None))
    ... def show(images: int = 200) -> int:
    ...     return images
    >>> show(images=1)
    Traceback (most recent call last):
    sightline.errors.UserError: `images=1`: is too small. Give at least 2.
    """

    def decorate(verb: Callable[P, T]) -> Callable[P, T]:
        signature = inspect.signature(verb)
        assert bounds.keys() <= signature.parameters.keys()

        @wraps(verb)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            given = signature.bind(*args, **kwargs).arguments
            for name in bounds.keys() & given.keys():
                _require(name, given[name], *bounds[name])
            return verb(*args, **kwargs)

        return checked

    return decorate


def _require(name: str, value: object, low: float | None, high: float | None) -> None:
    if value is None:
        return
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        raise UserError(f"`{name}={value!r}`", "is no number", "Give a number.")
    if low is not None and value < low:
        raise UserError(f"`{name}={value!r}`", "is too small", f"Give at least {low}.")
    if high is not None and value > high:
        raise UserError(f"`{name}={value!r}`", "is too large", f"Give at most {high}.")
