"""What was taken back, in words."""

from __future__ import annotations

import pytest

from sightline.review.judgement import Box, Judgement
from sightline.review.words import taken_back

BOX = (Box(box=(0, 0, 2, 2)),)


@pytest.mark.parametrize(
    ("after", "before", "words"),
    [
        (Judgement(map="wrong"), Judgement(map="right"), "Judgement 'map wrong'"),
        (Judgement(), Judgement(unusable=True), "The removal of 'image unusable'"),
        (Judgement(comment="a"), Judgement(), "The comment"),
        (Judgement(comment="b"), Judgement(comment="a"), "The change of the comment"),
        (Judgement(), Judgement(shapes=BOX), "The removal of the outline"),
        (Judgement(map="right", shapes=BOX), Judgement(), "Judgement 'map right' and the outline"),
        (Judgement(), Judgement(), "The last save"),
    ],
)
def test_it_is_named(after: Judgement, before: Judgement, words: str) -> None:
    assert taken_back(after, before) == words
