"""A list of the images whose annotations may be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.data.guide.annotated import annotated_in
from sightline.errors import UserError
from sightline.types import Annotation, Record

RECORDS = [
    Record("a", Path("a.png"), "nevus", annotations=(Annotation("box", points=((0, 0, 2, 2),)),)),
    Record("b", Path("b.png"), "nevus", annotations=(Annotation("nothing"),)),
    Record("c", Path("c.png"), "nevus"),
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [("id\na\n", {"a"}), ("rank,id\n1,b\n2,a\n", {"a", "b"}), ("\ufeffid\nb\nb\n", {"b"}), ("id\n", set()), ("n;ID\n1;a\n\n", {"a"})],
)
def test_the_ids_of_the_list_are_used(tmp_path, text, ids):
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    assert annotated_in(tmp_path / "list.csv", RECORDS) == ids


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no such file"),
        ("name\na\n", "has no column 'id'"),
        ('id\na\n"b\n', "line 3: opens a quote|line 3: holds a quote"),
        ("id\na\nz\ny\n", "2 of its 3 ids are not those of training images, the first is 'z'"),
        ("id\na\nc\n", "1 of its 2 images have no annotation, the first is 'c'"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(tmp_path, text, message):
    if text is not None:
        (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        annotated_in(tmp_path / "list.csv", RECORDS)
