from __future__ import annotations

import pytest
from drawn_figures import kind
from matplotlib.patches import FancyBboxPatch

from sightline.explain.figure.diagram import flow
from sightline.explain.figure.kind import Options
from sightline.recipe import load_recipe, recipe_names


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_has_a_diagram_with_all_its_losses(name):
    recipe = load_recipe(name)
    for stage in [recipe.at_stage(s) for s in recipe.stages] or [recipe]:
        made = flow(stage, name)
        titles = " ".join(box.title for box in made.boxes if box.kind == "loss")
        losses = [stage.losses.classification, *stage.losses.guidance, *stage.losses.behaviour]
        assert all(loss.name.replace("_", " ") in titles for loss in losses)
        assert sum(box.kind == "loss" for box in made.boxes) == len(losses)
        places = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in made.boxes]
        for i, a in enumerate(places):
            assert min(a[1], made.height - a[3]) > -1e-9
            for b in places[:i]:
                assert min(a[2], b[2]) - max(a[0], b[0]) < 1e-9 or min(a[3], b[3]) - max(a[1], b[1]) < 1e-9, "boxes lie apart"


def test_004_26_the_usual_network_and_the_one_with_a_cam_layer():
    usual, guided = (flow(load_recipe(name), name) for name in ("ggcam-baseline", "ggcam"))
    assert [b.aside for b in usual.boxes if b.title == "class activation map"] == [True], "it takes no part in training"
    assert "CAM layer" in [b.title for b in guided.boxes]
    assert "classification head" not in [b.title for b in guided.boxes]
    (head,) = (b for b in usual.boxes if b.title == "classification head")
    assert head.body == "GAP, linear: scores y, softmax"
    for made, source, expected in ((usual, "classification head", ["y"]), (guided, "CAM layer", ["A", "y"])):
        (box,) = (b for b in made.boxes if b.title == source)
        leaving = [arrow for arrow in made.arrows if arrow.points[0][0] == box.x + box.width and not arrow.aside]
        assert sorted(arrow.label for arrow in leaving if box.y < arrow.points[0][1] < box.y + box.height) == expected


def test_000_fig_5_a_training_in_stages_has_a_diagram_for_each():
    figure = kind("diagram")([], Options(recipes=("gain",)))
    words = [t.get_text() for t in figure.axes[0].texts]
    assert sum("gain," in w for w in words) == 2
    assert words.count("total loss") == 2
    assert any(isinstance(p, FancyBboxPatch) for p in figure.axes[0].patches)


def leads(made, start, end):
    """Whether an arrow goes from the right edge of one box to the left edge of another."""
    first, last = (next(box for box in made.boxes if box.title == title) for title in (start, end))

    def on(point, x, box):
        return abs(point[0] - x) < 1e-9 and box.y < point[1] < box.y + box.height

    return any(on(a.points[0], first.x + first.width, first) and on(a.points[-1], last.x, last) for a in made.arrows)


def test_000_fig_5_the_images_enter_the_second_pass():
    recipe = load_recipe("gain")
    assert leads(flow(recipe.at_stage(recipe.stages[1]), ""), "images", "second pass")


def test_a_second_network_sees_the_images_and_not_the_features_of_the_first():
    made = flow(load_recipe("own-region"), "")
    assert leads(made, "images", "resnet18")
    assert leads(made, "images", "second network")
    assert not leads(made, "resnet18", "second network")


@pytest.mark.parametrize("name", ["vgg16", "featuremaps", "attnmel", "gain", "own-region"])
def test_no_arrow_runs_through_a_box(name):
    recipe = load_recipe(name)
    for part in (recipe, *map(recipe.at_stage, recipe.stages)):
        made = flow(part, "")
        for arrow in made.arrows:
            (x, start), (same, end) = arrow.points[0], arrow.points[-1]
            through = [box for box in made.boxes if x == same == box.x + box.width / 2 and {start, end} == {box.y, box.y + box.height}]
            assert through == []
