from __future__ import annotations

import doctest

import pytest

from sightline.report import words
from sightline.results import Score


def test_the_examples_hold():
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(
    ("share", "text"), [(0.9999, "99.9%"), (0.9951, "99.5%"), (1.0, "100%"), (0.0, "0%"), (0.004, "0.4%"), (0.5, "50%")]
)
def test_rounding_never_claims_all_or_none(share, text):
    assert words.percent(share) == text


def test_what_is_missing_is_said():
    assert words.percent(None) == "not defined"
    assert words.bounds(Score(value=0.5, low=None, high=None)) == "(no interval)"
    assert words.decimal(None) == "–"
    assert words.span(None) == ""
    assert words.score_line(Score(value=None, low=None, high=None)) == "not defined"


def test_negative_spans_are_not_written_with_two_dashes():
    assert words.span(Score(value=0, low=-0.06, high=0.09)) == "−0.060 to 0.090"
