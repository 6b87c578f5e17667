"""A figure that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from typing import Any

import pytest

from sightline import testing
from sightline.explain.figure.kind import Kind, kind
from sightline.testing import figure


def drawn(runs: Any, options: Any) -> Any:
    """Shows something."""


def nameless(runs: Any, options: Any) -> Any: ...


class Lenient(Kind):
    """It draws whatever it is given."""

    def __call__(self, runs: Any, options: Any = None) -> Any:
        return self.draw(runs, options)


HONEST = kind("fig. 1", takes="split images")(drawn)
LENIENT = Lenient(drawn, "fig. 1", (1, None), frozenset({"split"}))


def test_a_figure_that_breaks_a_clause() -> None:
    with pytest.raises(AssertionError, match="takes_options"):
        testing.check_figure(kind("none", takes="nothing")(drawn))
    testing.check_figure(HONEST)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (kind("none")(nameless), figure.says_what_it_shows),
        (kind("none", takes="nothing")(drawn), figure.takes_options_that_there_are),
        (kind("none", runs=(3, 2))(drawn), figure.takes_a_number_of_runs_that_can_be),
        (kind("none", runs=(-1, None))(drawn), figure.takes_a_number_of_runs_that_can_be),
        (LENIENT, figure.too_few_runs_are_refused),
        (LENIENT, figure.options_that_it_does_not_take_are_refused),
    ],
)
def test_the_clause_that_it_breaks_fails_and_holds_of_an_honest_figure(wrong: Kind, check: Any) -> None:
    check(HONEST)
    with pytest.raises(AssertionError):
        check(wrong)


def test_everything_that_can_be_asked_is_tried() -> None:
    assert {"split", "images", "ids", "label", "colours", "units", "recipes", "stretch"} == figure.KNOWN
    assert all(getattr(figure.ASKED, name) not in (None, (), False) for name in figure.KNOWN)
