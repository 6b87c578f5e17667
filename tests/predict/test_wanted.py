"""A wanted picture travels to the workers of a cluster."""

from __future__ import annotations

import pickle
from pathlib import Path

from sightline.predict.wanted import Wanted
from sightline.types import Annotation


def test_it_is_the_same_after_a_journey() -> None:
    one = Wanted("a.png", Path("in/a.png"), (Annotation("box", points=((1, 2, 3, 4),)),), "a note")
    assert pickle.loads(pickle.dumps(one)) == one
