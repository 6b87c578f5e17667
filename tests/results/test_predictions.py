"""Tables of predictions: sequences of rows, of which a part is a table."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from sightline.results.predictions import FindingsPrediction, FindingsTable, Prediction, PredictionTable

ONE_LABEL = PredictionTable(("nevus", "melanoma"), tuple(Prediction(image=f"{n}.png", set=()) for n in range(5)), sets=True)
FINDINGS = FindingsTable(("effusion",), tuple(FindingsPrediction(image=f"{n}.png") for n in range(5)))


@pytest.mark.parametrize("table", [ONE_LABEL, FINDINGS], ids=["one label", "findings"])
def test_a_part_is_a_table_of_the_same_kind(table):
    part = table[1:4:2]
    assert type(part) is type(table)
    assert [row.image for row in part] == ["1.png", "3.png"]
    assert [row.image for row in table[::-1]] == [f"{n}.png" for n in (4, 3, 2, 1, 0)]
    assert len(table) == 5, "the table itself stays whole"
    assert table[-1].image == "4.png"
    assert list(part.to_pandas().columns) == list(table.to_pandas().columns)
    assert list(part.to_pandas().image) == ["1.png", "3.png"]
    assert len(table[5:]) == 0 == len(table[5:].to_pandas())


@pytest.mark.parametrize("table", [ONE_LABEL, FINDINGS], ids=["one label", "findings"])
def test_a_table_is_frozen(table):
    with pytest.raises(FrozenInstanceError):
        table.rows = ()


def test_beyond_the_end_is_an_index_error():
    with pytest.raises(IndexError):
        ONE_LABEL[5]
