"""What all figures have in common: their options, and checks of the runs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.figure.kind import Options, asked, attention, kind, layout, of_images, same_images, truth

RUN: Any = SimpleNamespace(name="run")


@kind("a paper", runs=(1, 2), takes="images stretch")
def two_words(runs: object, options: Options) -> Figure:
    """Shows nothing at all.

    And says more of it.
    """
    return Figure(label=f"{options.images}")


def test_a_function_becomes_a_figure_with_its_first_line() -> None:
    assert (two_words.line, two_words.paper, two_words.takes) == ("Shows nothing at all", "a paper", {"images", "stretch"})
    assert two_words([RUN], Options(images=3, stretch=True)).get_label() == "3"
    assert kind("p")(lambda runs, options: Figure()).line == ""


@pytest.mark.parametrize(
    ("count", "options", "said"),
    [
        (0, {}, "figure two-words: needs 1 run, 0 given"),
        (3, {}, "takes at most 2 runs, 3 given"),
        (1, {"label": "x"}, r"does not take `label=\.\.\.`\. It takes `images=\.\.\.`, `stretch=\.\.\.`"),
        (1, {"images": 0}, "0 images cannot be shown"),
    ],
)
def test_what_does_not_fit_is_refused(count: int, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        two_words([RUN] * count, Options(**options))


def test_any_number_of_runs_and_no_options_is_possible() -> None:
    bare = kind("p", runs=(0, None))(lambda runs, options: Figure(label=f"{len(runs)}"))
    assert (bare([]).get_label(), bare([RUN] * 9).get_label()) == ("0", "9")
    with pytest.raises(UserError, match="It takes no options"):
        bare([], Options(stretch=True))
    with pytest.raises(UserError, match="needs 2 runs, 1 given"):
        kind("p", runs=(2, None))(two_words.draw)([RUN])
    assert Options().scheme == "default"
    assert Options(colours="jet").scheme == "jet"
    assert layout().get()["w_pad"] > 0


def test_runs_are_drawn_together_on_the_same_images_of_the_same_classes(guided: Run, label_only: Run) -> None:
    assert same_images([guided, label_only], Options(split="flipped")) == "flipped"
    other = Run(label_only.path)
    other.classes = tuple(reversed(other.classes))
    with pytest.raises(UserError, match="has the same classes in another order"):
        same_images([guided, other], Options(split="flipped"))


def test_maps_that_are_not_there_are_named_with_their_source(guided: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert attention(guided, "matched").maps.keys() == {"cam"}
    monkeypatch.setattr(Run, "attention", lambda self, split: None)
    with pytest.raises(UserError, match=r"has no attention maps of split 'matched' \(its attention source is 'cam'\)"):
        attention(guided, "matched")


def test_images_are_asked_for_by_name_and_come_in_that_order(guided: Run) -> None:
    assert asked(["a", "b"], Options(ids=("b", "a")), "there") == ["b", "a"]
    assert asked(["a"], Options(), "there") == []
    with pytest.raises(UserError, match="image 'c': is not there"):
        asked(["a", "b"], Options(ids=("a", "c")), "there")
    assert of_images(np.array([[1], [2], [3]]), ["a", "b", "c"], ["c", "a"]).tolist() == [[3], [1]]
    said = guided.predictions("matched")
    assert truth(said) == dict(zip(said.ids, said.labels, strict=True))
