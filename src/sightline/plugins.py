"""Plug-ins of other distributions: which there are, whose they are, and what is wrong with them.

A distribution offers them through entry points of the groups `sightline.<room>`. They are looked for once and loaded when they are used.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import Distribution, distributions
from typing import Any

from sightline.errors import UserError

PREFIX = "sightline."
REMOVE = "Uninstall the distribution, or ask its makers to fix it."

# what a plug-in of a room has to be: a subclass of a class, an instance of one, or a function
_CLASSES = {
    "attention": "sightline.attention.source:Source",
    "classification": "torch.nn:Module",
    "guidance": "sightline.losses.guidance:GuidanceLoss",
    "behaviour": "sightline.losses.behaviour:BehaviourLoss",
    "weighting": "sightline.losses.weighting:Weighting",
}
_INSTANCES = {"figure": "sightline.explain.figure.kind:Kind"}


@dataclass(frozen=True)
class Offer:
    """An entry point.

    Attributes:
        room: what follows `sightline.` in the name of its group.
        name: under which a recipe names it.
        place: `module:attribute`.
        whose: distribution and version.
    """

    room: str
    name: str
    place: str
    whose: str


@cache
def offers() -> tuple[Offer, ...]:
    """The entry points of all installed distributions that concern us, in the order in which Python finds the distributions."""
    found: dict[Offer, None] = {}
    for distribution in distributions():
        text = distribution.read_text("entry_points.txt") or ""
        if f"[{PREFIX}" not in text.replace(" ", ""):
            continue
        whose = _whose(distribution)
        try:
            entries = list(distribution.entry_points)
        except (TypeError, ValueError):  # a line without "="
            found[Offer("", "entry_points.txt", "", whose)] = None
            continue
        for entry in entries:
            if entry.group.startswith(PREFIX):
                found[Offer(entry.group.removeprefix(PREFIX), entry.name, entry.value, whose)] = None
    return tuple(found)


def _whose(distribution: Distribution) -> str:
    facts: Any = distribution.metadata
    return f"{facts.get('Name') or 'a distribution without a name'} {facts.get('Version') or '(no version)'}"


def chosen(room: str, name: str, built_in: Mapping[str, str]) -> Offer | None:
    """The plug-in of that name; None: it is built in, or there is none.

    Raises:
        UserError: it would take the place of what is built in, or several distributions offer it.
    """
    mine = [offer for offer in offers() if (offer.room, offer.name) == (room, name)]
    owners = list(dict.fromkeys(offer.whose for offer in mine))
    if mine and name in built_in:
        reason = f"is built into sightline, and {' and '.join(owners)} offers another of this name"
        raise UserError(f"{room} {name!r}", reason, "Uninstall that distribution, or ask its makers for another name.")
    if len(mine) > 1:
        whose = " and ".join(owners) if len(owners) > 1 else f"{owners[0]}, twice"
        raise UserError(f"{room} {name!r}", f"is offered by {whose}", "Uninstall one of them, or ask its makers for another name.")
    return mine[0] if mine else None


def load(offer: Offer) -> Any:
    """The class, function or figure that an entry point names.

    Raises:
        UserError: it cannot be imported, or is not what a plug-in of its room is.
    """
    where = f"{offer.room} {offer.name!r} of {offer.whose}"
    try:
        module, _, attribute = offer.place.partition(":")
        found: Any = import_module(module.strip())
        for part in attribute.split("[")[0].strip().split("."):
            found = getattr(found, part)
        inspect.signature(found, eval_str=True)
    except (Exception, SystemExit) as error:  # the code of other people: anything can go wrong in it
        said = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(where, f"cannot be loaded from {offer.place} ({type(error).__name__}: {said})", REMOVE) from error
    if wanted := _lacks(offer.room, found):
        raise UserError(where, f"{offer.place} is not a {wanted}", REMOVE)
    return found


def _lacks(room: str, found: Any) -> str | None:
    """What it would have to be; None: it is that."""

    def named(place: str) -> Any:
        module, _, attribute = place.partition(":")
        return getattr(import_module(module), attribute)

    if room in _CLASSES:
        fits = isinstance(found, type) and issubclass(found, named(_CLASSES[room]))
        return None if fits else f"subclass of {_CLASSES[room].replace(':', '.')}"
    if room in _INSTANCES:
        return None if isinstance(found, named(_INSTANCES[room])) else f"{_INSTANCES[room].replace(':', '.')}"
    fits = callable(found) and (room != "data" or not isinstance(found, type))
    return None if fits else "function"


def strangers(name: str, rooms: Sequence[str]) -> str | None:
    """Where a name is offered that we look for in vain: in a room that does not exist."""
    for offer in offers():
        if offer.name == name and offer.room not in rooms:
            return f"is offered by {offer.whose} in the group {PREFIX}{offer.room}, which sightline does not know"
    return None


def complaints(built_in: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What can be said against the plug-ins without loading them, a line each."""

    def refused(act: Callable[[], object]) -> list[str]:
        try:
            act()
        except UserError as error:
            return [str(error)]
        return []

    lines = []
    for offer in offers():
        if not offer.room:
            lines.append(f"{offer.whose}: its entry_points.txt cannot be read, so its plug-ins are left out. {REMOVE}")
        elif offer.room not in built_in:
            groups = ", ".join(PREFIX + room for room in built_in)
            lines.append(f"{offer.whose}: the group {PREFIX}{offer.room} does not exist, so {offer.name!r} is left out. Groups: {groups}.")
        else:
            lines += refused(lambda offer=offer: chosen(offer.room, offer.name, built_in[offer.room]))  # type: ignore[misc]
    return list(dict.fromkeys(lines))
