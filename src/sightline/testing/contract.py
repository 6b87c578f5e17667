"""What the checks of all rooms share: how they are carried out, what a refusal is, and which variants of a plug-in there are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, get_args, get_origin

import torch

from sightline import catalog
from sightline.errors import UserError

T = TypeVar("T")
Check = Callable[[T], None]


def carry_out(checks: Iterable[Check[T]], subject: T, name: str) -> None:
    """Carries out checks one after the other, each from the same random state, which the caller gets back as it was.

    Raises:
        AssertionError: the first one that fails, with what it wants.
    """
    for check in checks:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            try:
                check(subject)
            except Exception as error:  # the code of other people: anything can go wrong in it
                wanted = " ".join((check.__doc__ or check.__name__).split())
                raise AssertionError(f"{name}: {check.__name__}: {wanted} ({type(error).__name__}: {error})") from error


def refusal(act: Callable[[], object]) -> UserError:
    """The `UserError` that an action ends in. AssertionError: it ends otherwise, or gives no remedy."""
    try:
        act()
    except UserError as error:
        if error.remedy:
            return error
        raise AssertionError(f"a refusal without a remedy: {error}") from error
    raise AssertionError("nothing is refused")


def check_options(plugin: Any, given: int = 0) -> None:
    """Its options are keyword-only parameters with defaults and type annotations; what is no option of it is refused.

    Args:
        given: how many positional parameters the program supplies.
    """
    parameters = inspect.signature(plugin).parameters.values()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    assert len(positional) <= given, f"{positional[-1].name} is not keyword-only: a recipe cannot set it"
    for option in catalog.options_of(plugin).values():
        assert option.default is not option.empty, f"{option.name} has no default"
        assert option.annotation is not option.empty, f"{option.name} has no type annotation: it is not checked"
    refusal(lambda: catalog.check_options(plugin, {"no_such_option": 1}, "options"))


def check_words(plugin: Any) -> None:
    """It says itself what it is: `words` for reports, and no more than one line of it, nor of its `formula` for diagrams."""
    assert plugin.words, "has no `words`"
    assert not {"\n", "\r"} & {*plugin.words, *plugin.formula}, "words and formula are a line each"


def variants(plugin: Any) -> list[dict[str, Any]]:
    """Options to check a plug-in with: none; and each choice of each option that has named choices, its default aside."""
    options = catalog.options_of(plugin).values()
    return [{}, *({o.name: choice} for o in options for choice in _choices(o.annotation) if choice != o.default)]


def _choices(kind: Any) -> list[Any]:
    """The words among which an annotation lets choose."""
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [choice for part in get_args(kind) for choice in _choices(part)]
