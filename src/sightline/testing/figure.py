"""What every figure owes."""

from __future__ import annotations

from dataclasses import fields

from sightline.explain.figure.kind import Kind, Options
from sightline.testing.contract import carry_out, refusal

KNOWN = {f.name for f in fields(Options)}
ASKED = Options("test", 1, ("a",), "b", "jet", ("c/1",), ("d",), True)  # of everything something


def check_figure(figure: Kind) -> None:
    """Holds a figure, made by the decorator `kind`, to the contract; it is not drawn. AssertionError: what it does not keep."""
    carry_out(CHECKS, figure, figure.draw.__name__)


def says_what_it_shows(figure: Kind) -> None:
    """The first line of the function's docstring stands in the list of figures."""
    assert figure.line


def takes_options_that_there_are(figure: Kind) -> None:
    """`takes` names fields of `Options`."""
    assert figure.takes <= KNOWN, figure.takes - KNOWN


def takes_a_number_of_runs_that_can_be(figure: Kind) -> None:
    """At least none, at most no fewer than at least."""
    fewest, most = figure.runs
    assert fewest >= 0
    assert most is None or fewest <= most


def too_few_runs_are_refused(figure: Kind) -> None:
    """One that needs runs says so; one that needs none wants to be told otherwise what to draw, or draws."""
    if figure.runs[0]:
        refusal(lambda: figure([]))


def options_that_it_does_not_take_are_refused(figure: Kind) -> None:
    """By name, before anything is drawn."""
    for name in KNOWN - figure.takes:
        options = Options(**{name: getattr(ASKED, name)})
        assert "does not take" in str(refusal(lambda options=options: figure([None] * figure.runs[0], options)))  # type: ignore[misc,list-item]


CHECKS = (
    says_what_it_shows,
    takes_options_that_there_are,
    takes_a_number_of_runs_that_can_be,
    too_few_runs_are_refused,
    options_that_it_does_not_take_are_refused,
)
