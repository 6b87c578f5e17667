"""What every guidance loss owes. Maps are raw evidence unless a check says otherwise."""

from __future__ import annotations

import io
from typing import Any

import torch
from torch import Tensor

from sightline.losses.guidance import GuidanceLoss
from sightline.testing.contract import carry_out, check_options, check_words, refusal

Kind = type[GuidanceLoss]
ALL = torch.ones(4, dtype=torch.bool)


def check_guidance_loss(loss: Kind) -> None:
    """Holds a guidance loss, made with its default options, to the contract. AssertionError: what it does not keep."""
    carry_out(CHECKS, loss, loss.__name__)


def make(kind: Kind, **options: Any) -> GuidanceLoss:
    loss = kind(**options)
    loss.given = "evidence"
    return loss


def squares(n: int = 4, size: int = 8) -> Tensor:
    """(n, 1, size, size): a square of a quarter of the area, elsewhere in each image."""
    roi = torch.zeros(n, 1, size, size)
    half = size // 2
    for i in range(n):
        y, x = (i % 2) * half, (i // 2 % 2) * half
        roi[i, :, y : y + half, x : x + half] = 1
    return roi


def target(loss: GuidanceLoss, region: Tensor) -> Tensor:
    """Where the evidence should go."""
    return 1 - region if loss.reads == "avoid" else region


def same(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected)


def says_what_it_is_and_has_the_common_options(kind: Kind) -> None:
    """Options are keyword-only, and `map` and `over` of `GuidanceLoss` are among them: pass `**common` on to it."""
    assert issubclass(kind, GuidanceLoss)
    check_words(kind)
    check_options(kind)
    loss = kind(map="some", over="batch")
    assert (loss.map, loss.over) == ("some", "batch")


def the_right_map_is_better_than_the_wrong_one(kind: Kind) -> None:
    """Evidence in its place costs less than evidence everywhere else, raw or in [0, 1]."""
    loss = make(kind)
    good = target(loss, squares())
    assert loss(good, squares(), ALL, "evidence") < loss(1 - good, squares(), ALL, "evidence") - 0.1
    if kind.evidence_only:
        refusal(lambda: loss(good, squares(), ALL, "unit"))
    else:
        assert loss(good, squares(), ALL, "unit") < loss(1 - good, squares(), ALL, "unit") - 0.1


def the_perfect_map_minimises_it(kind: Kind) -> None:
    """No map is better than the perfect one: a squashing that does not fit the target makes it worse than a wrong pixel."""
    loss = make(kind)
    perfect = target(loss, squares()) * 2 - 1  # signed: so that every squashing can reach it
    perfect = perfect * 30 if kind.evidence_only or kind.own_squash == "sigmoid" else perfect.clamp(min=0)
    best = loss(perfect, squares(), ALL)
    assert best < 1e-4
    for y, x in [(0, 0), (3, 3), (7, 7)]:
        wrong = perfect.clone()
        wrong[:, :, y, x] = perfect.amin() + perfect.amax() - wrong[:, :, y, x]
        assert loss(wrong, squares(), ALL) >= best
    assert all(loss(perfect + torch.randn(4, 1, 8, 8) * 20, squares(), ALL) > best for _ in range(5))


def descent_on_the_map_alone_brings_the_evidence_to_its_place(kind: Kind) -> None:
    """Following its gradient moves positive evidence to where it should be: a flipped sign fails here."""
    loss = make(kind)
    raw = torch.randn(4, 1, 8, 8).requires_grad_()
    wanted = target(loss, squares())

    def share(map: Tensor) -> float:
        positive = torch.relu(map)
        return ((positive * wanted).sum() / positive.sum()).item()

    before = share(raw)
    optimiser = torch.optim.Adam([raw], lr=0.1)
    for _ in range(60):
        optimiser.zero_grad()
        loss(raw, squares(), ALL).backward()
        optimiser.step()
    assert share(raw) > (max(before + 0.15, 0.8) if loss.judges_outside else before + 0.1)


def an_image_with_nothing_marked_counts_only_where_the_loss_says_so(kind: Kind) -> None:
    """`needs_region` is true: an image with an empty ROI changes nothing; it is false: it does."""
    loss, attention, roi = make(kind), torch.randn(4, 1, 8, 8), squares()
    roi[3] = 0
    without = loss(attention[:3], roi[:3], ALL[:3])
    assert bool(torch.isclose(loss(attention, roi, ALL), without)) == loss.needs_region


def gradient_is_the_derivative(kind: Kind) -> None:
    """Its gradient is the slope that finite differences measure."""
    loss, known, roi = make(kind).double(), torch.tensor([True, False, True]), squares(3).double()
    attention = torch.randn(3, 2, 4, 4, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda a: loss(a, roi, known), attention)
    if not kind.evidence_only:
        unit = torch.rand(3, 2, 4, 4, dtype=torch.float64).clamp(0.05, 0.95).requires_grad_()
        assert torch.autograd.gradcheck(lambda a: loss(a, roi, known, "unit"), unit)


def unknown_images_have_no_influence(kind: Kind) -> None:
    """Maps and regions of images without annotation may hold anything: neither the value nor a gradient changes."""
    for over in ("known", "batch"):
        loss, known = make(kind, over=over), torch.tensor([True, False, True, False])
        attention, roi = torch.randn(4, 1, 8, 8), squares()
        value = loss(attention, roi, known)
        attention[~known], roi[~known] = float("inf"), float("nan")
        again = loss(attention.requires_grad_(), roi, known)
        (gradient,) = torch.autograd.grad(again, attention)
        assert again == value
        assert torch.isfinite(gradient).all()
        assert not gradient[~known].any()
        assert gradient[known].flatten(1).any(1).all()


def without_a_known_image_it_is_a_zero_on_the_graph(kind: Kind) -> None:
    """With no annotated image in the batch, or none at all, it is 0, and `backward` works."""
    for size in (0, 3):
        attention = torch.full((size, 1, 4, 4), float("inf"), requires_grad=True)
        value = make(kind)(attention, torch.ones(size, 1, 8, 8), torch.zeros(size, dtype=torch.bool))
        assert value == 0
        assert not torch.autograd.grad(value, attention)[0].any()


def does_not_depend_on_batch_size_nor_on_the_annotated_share(kind: Kind) -> None:
    """The same images twice, or beside as many without annotation, give the same value."""
    loss, attention, roi = make(kind), torch.randn(4, 1, 8, 8), squares()
    value, twice = loss(attention, roi, ALL), (attention.repeat(2, 1, 1, 1), roi.repeat(2, 1, 1, 1))
    same(loss(*twice, torch.arange(8) < 4), value)
    same(loss(*twice, ALL.repeat(2)), value)
    if not kind.of_batch:
        same(torch.stack([loss(attention[i : i + 1], roi[i : i + 1], ALL[:1]) for i in range(4)]).mean(), value)


def over_the_batch_unknown_images_dilute_it(kind: Kind) -> None:
    """With `over: batch`, one annotated image among four counts a quarter."""
    attention, roi, known = torch.randn(4, 1, 8, 8), squares(), torch.tensor([True, False, False, False])
    same(make(kind, over="batch")(attention, roi, known), make(kind)(attention, roi, known) / 4)


def several_classes_count_alike(kind: Kind) -> None:
    """Of the maps of several classes it is the mean; of a loss over the batch, that of all maps as one batch."""
    loss, attention, roi = make(kind), torch.randn(4, 3, 8, 8), squares()
    if kind.of_batch:
        expected = loss(attention.reshape(12, 1, 8, 8), roi.repeat_interleave(3, 0), ALL.repeat(3))
    else:
        expected = torch.stack([loss(attention[:, k : k + 1], roi, ALL) for k in range(3)]).mean()
    same(loss(attention, roi, ALL), expected)


def constant_and_dead_maps_are_finite(kind: Kind) -> None:
    """Neither the value nor a gradient of a constant map is infinite or NaN, whatever is marked."""
    for filling in (0.0, 1.0, -1.0, 1e-20, -1e4, 1e4):
        for marked in (0.0, 0.3, 1.0):
            attention = torch.full((2, 1, 4, 4), filling, requires_grad=True)
            value = make(kind)(attention, torch.full((2, 1, 8, 8), marked), ALL[:2])
            assert torch.isfinite(value)
            assert torch.isfinite(torch.autograd.grad(value, attention)[0]).all()


def a_map_without_positive_evidence_is_still_moved(kind: Kind) -> None:
    """Softmax does not mind a constant added to all maps, so a map can stay negative for ever; it has a gradient then, too."""
    attention = (-torch.rand(4, 1, 8, 8) - 0.1).requires_grad_()
    (gradient,) = torch.autograd.grad(make(kind)(attention, squares(), ALL), attention)
    assert gradient.flatten(1).any(1).all()


def any_map_size_will_do(kind: Kind) -> None:
    """Maps are coarser or finer than the ROI map, and of odd sizes."""
    for size in (3, 5, 8, 16, 20):
        attention = torch.randn(4, 1, size, size, requires_grad=True)
        value = make(kind)(attention, squares(), ALL)
        assert torch.isfinite(value)
        assert value.shape == ()
        assert torch.autograd.grad(value, attention)[0].any()


def half_precision_maps_are_judged_in_full_precision(kind: Kind) -> None:
    """Under autocast it computes in float32."""
    loss, attention = make(kind), (torch.randn(4, 1, 8, 8) * 100).bfloat16().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(attention, squares(), ALL)
    assert value.dtype == torch.float32
    same(value, loss(attention.detach().float(), squares(), ALL))
    assert torch.isfinite(torch.autograd.grad(value, attention)[0]).all()


def blind_to_scale_under_a_squash_that_is(kind: Kind) -> None:
    """Under min-max, or division by the maximum, ten times the evidence is the same map."""
    attention = torch.randn(4, 1, 8, 8)
    for factor in (1e-4, 10.0, 1e4) if kind.own_squash in ("minmax", "max") else ():
        same(make(kind)(attention * factor, squares(), ALL), make(kind)(attention, squares(), ALL))


def same_input_same_value_and_state_survives_a_save(kind: Kind) -> None:
    """It draws nothing at random, and what it learns is in its parameters and buffers."""
    loss, other, attention, file = make(kind), make(kind), torch.randn(4, 1, 8, 8), io.BytesIO()
    for parameter in loss.parameters():
        parameter.data.add_(0.5)
    torch.save(loss.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file, weights_only=True))
    assert loss(attention, squares(), ALL) == loss(attention, squares(), ALL) == other(attention, squares(), ALL)


def leaves_its_input_alone(kind: Kind) -> None:
    """Maps and regions are not changed in place."""
    attention, roi = torch.randn(4, 1, 8, 8), squares()
    before = attention.clone(), roi.clone()
    make(kind)(attention, roi, ALL)
    assert torch.equal(attention, before[0])
    assert torch.equal(roi, before[1])


CHECKS = (
    says_what_it_is_and_has_the_common_options,
    the_right_map_is_better_than_the_wrong_one,
    the_perfect_map_minimises_it,
    descent_on_the_map_alone_brings_the_evidence_to_its_place,
    an_image_with_nothing_marked_counts_only_where_the_loss_says_so,
    gradient_is_the_derivative,
    unknown_images_have_no_influence,
    without_a_known_image_it_is_a_zero_on_the_graph,
    does_not_depend_on_batch_size_nor_on_the_annotated_share,
    over_the_batch_unknown_images_dilute_it,
    several_classes_count_alike,
    constant_and_dead_maps_are_finite,
    a_map_without_positive_evidence_is_still_moved,
    any_map_size_will_do,
    half_precision_maps_are_judged_in_full_precision,
    blind_to_scale_under_a_squash_that_is,
    same_input_same_value_and_state_survives_a_save,
    leaves_its_input_alone,
)
