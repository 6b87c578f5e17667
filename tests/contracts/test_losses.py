"""What every guidance loss of the catalogue keeps to, ours and third parties'."""

from __future__ import annotations

import inspect
import io

import pytest
import torch

from sightline import catalog
from sightline.errors import UserError
from sightline.losses.guidance import GuidanceLoss

NAMES = sorted(catalog.places("guidance"))
OF_BATCH = {name for name in NAMES if catalog.find("guidance", name).of_batch}
RAW_ONLY = {name for name in NAMES if catalog.find("guidance", name).evidence_only}
SCALE_FREE = [("l1", {}), ("l2", {}), ("dice", {}), ("energy", {}), ("inside_ce", {})]
SCALE_FREE += [("outside", {"relative": True}), ("avoid", {"relative": True})]


def make(name: str, **options) -> GuidanceLoss:
    loss: GuidanceLoss = catalog.make("guidance", name, options)
    loss.given = "evidence"  # unless a test says otherwise, maps are raw
    return loss


def disc(n: int = 4, size: int = 8) -> torch.Tensor:
    """(n, 1, size, size): a square of a quarter of the area, elsewhere in each image."""
    roi = torch.zeros(n, 1, size, size)
    half = size // 2
    for i in range(n):
        y, x = (i % 2) * half, (i // 2 % 2) * half
        roi[i, :, y : y + half, x : x + half] = 1
    return roi


def target(loss: GuidanceLoss, region: torch.Tensor) -> torch.Tensor:
    """Where the evidence should go."""
    return 1 - region if loss.reads == "avoid" else region


ALL = torch.ones(4, dtype=torch.bool)
every_loss = pytest.mark.parametrize("name", NAMES)


@every_loss
def test_is_a_guidance_loss_whose_options_are_keywords(name):
    loss = catalog.find("guidance", name)
    assert issubclass(loss, GuidanceLoss)
    assert "map" in catalog.options_of(loss)
    assert all(p.kind in (p.KEYWORD_ONLY, p.VAR_KEYWORD) for p in inspect.signature(loss).parameters.values())
    with pytest.raises(UserError, match="unknown setting"):
        make(name, no_such_option=1)


@every_loss
@pytest.mark.parametrize("range", ["evidence", "unit"])
def test_the_right_map_is_better_than_the_wrong_one(name, range):
    loss = make(name)
    good = target(loss, disc())
    if range == "unit" and name in RAW_ONLY:
        with pytest.raises(UserError, match=r"in \[0, 1\] already"):
            loss(good, disc(), ALL, range)
        return
    assert loss(good, disc(), ALL, range) < loss(1 - good, disc(), ALL, range) - 0.1


@every_loss
def test_the_perfect_map_minimises_it(name):
    """Pitfall 5: a squashing that does not fit the target makes the perfect map worse than a wrong pixel."""
    loss = make(name)
    perfect = target(loss, disc()) * 2 - 1  # signed: so that every squashing can reach it
    perfect = perfect * 30 if name in {"selective_mse", "pixel_ce"} else perfect.clamp(min=0)
    best = loss(perfect, disc(), ALL)
    assert best < 1e-4
    for pixel in [(0, 0), (3, 3), (7, 7)]:
        wrong = perfect.clone()
        wrong[:, :, pixel[0], pixel[1]] = perfect.amin() + perfect.amax() - wrong[:, :, pixel[0], pixel[1]]
        assert loss(wrong, disc(), ALL) >= best
    assert all(loss(perfect + torch.randn(4, 1, 8, 8) * 20, disc(), ALL) > best for _ in range(5))


@every_loss
def test_descent_on_the_map_alone_brings_the_evidence_to_its_place(name):
    """A flipped sign fails here."""
    loss = make(name)
    raw = torch.randn(4, 1, 8, 8).requires_grad_()
    wanted = target(loss, disc())

    def share(map: torch.Tensor) -> float:
        positive = torch.relu(map)
        return ((positive * wanted).sum() / positive.sum()).item()

    before = share(raw)
    optimiser = torch.optim.Adam([raw], lr=0.1)
    for _ in range(60):
        optimiser.zero_grad()
        loss(raw, disc(), ALL).backward()
        optimiser.step()
    assert share(raw) > (max(before + 0.15, 0.8) if loss.judges_outside else before + 0.1)


@every_loss
def test_an_image_with_nothing_marked_counts_only_where_the_loss_says_so(name):
    loss = make(name)
    attention, roi = torch.randn(4, 1, 8, 8), disc()
    one_empty = roi.clone()
    one_empty[3] = 0
    without = loss(attention[:3], roi[:3], ALL[:3])
    assert torch.isclose(loss(attention, one_empty, ALL), without).item() == loss.needs_region


@every_loss
def test_gradient_is_the_derivative(name):
    loss = make(name).double()
    known = torch.tensor([True, False, True])
    attention = torch.randn(3, 2, 4, 4, dtype=torch.float64).requires_grad_()
    roi = disc(3).double()
    assert torch.autograd.gradcheck(lambda a: loss(a, roi, known), attention)
    if name not in RAW_ONLY:
        unit = torch.rand(3, 2, 4, 4, dtype=torch.float64).clamp(0.05, 0.95).requires_grad_()
        assert torch.autograd.gradcheck(lambda a: loss(a, roi, known, "unit"), unit)


@every_loss
@pytest.mark.parametrize("over", ["known", "batch"])
def test_unknown_images_have_no_influence(name, over):
    loss = make(name, over=over)
    known = torch.tensor([True, False, True, False])
    attention, roi = torch.randn(4, 1, 8, 8), disc()
    value = loss(attention, roi, known)
    attention[~known], roi[~known] = float("inf"), float("nan")
    attention.requires_grad_()
    again = loss(attention, roi, known)
    again.backward()
    assert again == value
    assert torch.isfinite(attention.grad).all()
    assert not attention.grad[~known].any()
    assert attention.grad[known].flatten(1).any(1).all()


@every_loss
@pytest.mark.parametrize("size", [0, 3])
def test_without_a_known_image_it_is_a_zero_on_the_graph(name, size):
    loss = make(name)
    attention = torch.full((size, 1, 4, 4), float("inf"), requires_grad=True)
    value = loss(attention, torch.ones(size, 1, 8, 8), torch.zeros(size, dtype=torch.bool))
    value.backward()
    assert value == 0
    assert not attention.grad.any()


@every_loss
def test_does_not_depend_on_batch_size_nor_on_the_annotated_share(name):
    """Pitfall 16."""
    loss = make(name)
    attention, roi = torch.randn(4, 1, 8, 8), disc()
    value = loss(attention, roi, ALL)
    twice = loss(attention.repeat(2, 1, 1, 1), roi.repeat(2, 1, 1, 1), torch.arange(8) < 4)
    torch.testing.assert_close(twice, value)
    torch.testing.assert_close(loss(attention.repeat(2, 1, 1, 1), roi.repeat(2, 1, 1, 1), ALL.repeat(2)), value)
    if name not in OF_BATCH:
        singles = [loss(attention[i : i + 1], roi[i : i + 1], ALL[:1]) for i in range(4)]
        torch.testing.assert_close(torch.stack(singles).mean(), value)


@every_loss
def test_over_the_batch_unknown_images_dilute_it(name):
    attention, roi, known = torch.randn(4, 1, 8, 8), disc(), torch.tensor([True, False, False, False])
    torch.testing.assert_close(make(name, over="batch")(attention, roi, known), make(name)(attention, roi, known) / 4)


@every_loss
def test_several_classes_count_alike(name):
    loss = make(name)
    attention, roi = torch.randn(4, 3, 8, 8), disc()
    if name in OF_BATCH:
        expected = loss(attention.reshape(12, 1, 8, 8), roi.repeat_interleave(3, 0), ALL.repeat(3))
    else:
        expected = torch.stack([loss(attention[:, k : k + 1], roi, ALL) for k in range(3)]).mean()
    torch.testing.assert_close(loss(attention, roi, ALL), expected)


@every_loss
@pytest.mark.parametrize("filling", [0.0, 1.0, -1.0, 1e-20, -1e4, 1e4])
@pytest.mark.parametrize("marked", [0.0, 0.3, 1.0])
def test_constant_and_dead_maps_are_finite(name, filling, marked):
    """Pitfall 17."""
    loss = make(name)
    attention = torch.full((2, 1, 4, 4), filling, requires_grad=True)
    value = loss(attention, torch.full((2, 1, 8, 8), marked), ALL[:2])
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(attention.grad).all()


@every_loss
def test_a_map_without_positive_evidence_is_still_moved(name):
    """Pitfall 8's cousin: softmax does not mind a constant added to all maps, so a map can stay negative for ever."""
    loss = make(name)
    attention = (-torch.rand(4, 1, 8, 8) - 0.1).requires_grad_()
    loss(attention, disc(), ALL).backward()
    assert attention.grad.flatten(1).any(1).all()


@every_loss
@pytest.mark.parametrize("size", [3, 5, 8, 16, 20])
def test_any_map_size(name, size):
    attention = torch.randn(4, 1, size, size, requires_grad=True)
    value = make(name)(attention, disc(), ALL)
    value.backward()
    assert torch.isfinite(value)
    assert value.shape == ()
    assert attention.grad.any()


@every_loss
def test_half_precision_maps_are_judged_in_full_precision(name):
    loss = make(name)
    attention = (torch.randn(4, 1, 8, 8) * 100).bfloat16().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = loss(attention, disc(), ALL)
    value.backward()
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, loss(attention.detach().float(), disc(), ALL))
    assert torch.isfinite(attention.grad).all()


@pytest.mark.parametrize(("name", "options"), SCALE_FREE)
@pytest.mark.parametrize("factor", [1e-4, 10.0, 1e4])
def test_blind_to_scale_where_it_says_so(name, options, factor):
    attention = torch.randn(4, 1, 8, 8)
    loss = make(name, **options)
    torch.testing.assert_close(loss(attention * factor, disc(), ALL), loss(attention, disc(), ALL))


@every_loss
def test_same_input_same_value_and_state_survives_a_save(name):
    loss, attention = make(name), torch.randn(4, 1, 8, 8)
    for parameter in loss.parameters():
        parameter.data.add_(0.5)
    file = io.BytesIO()
    torch.save(loss.state_dict(), file)
    file.seek(0)
    other = make(name)
    other.load_state_dict(torch.load(file, weights_only=True))
    value = loss(attention, disc(), ALL)
    assert value == loss(attention, disc(), ALL) == other(attention, disc(), ALL)


@every_loss
def test_leaves_its_input_alone(name):
    attention, roi = torch.randn(4, 1, 8, 8), disc()
    before = attention.clone(), roi.clone()
    make(name)(attention, roi, ALL)
    assert torch.equal(attention, before[0])
    assert torch.equal(roi, before[1])
