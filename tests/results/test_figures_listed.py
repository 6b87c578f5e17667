"""The list of figures, as objects."""

from __future__ import annotations

import pytest
from kept import kept, lacks
from pydantic import ValidationError

from sightline.results.figures import ListedFigure


def test_a_listed_figure_has_three_fields_that_cannot_be_reassigned() -> None:
    figure = ListedFigure(name="roc", shows="ROC curves", paper="000 fig. 7")
    assert kept(figure) == {"name": "roc", "shows": "ROC curves", "paper": "000 fig. 7"}
    lacks(figure, "name", "shows", "paper")
    with pytest.raises(ValidationError):
        figure.name = "diagram"
