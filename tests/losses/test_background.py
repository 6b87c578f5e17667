"""Background invariance: what is pasted on what."""

from __future__ import annotations

import copy

import pytest
import torch
from tiny import Tiny, batch

from sightline.losses.background import BackgroundInvariance
from sightline.types import Look


class Seen(Tiny):
    """Remembers the images that it was shown."""

    def forward(self, images):
        self.images = images
        return super().forward(images)


def look_of(model: Tiny, some) -> Look:
    return Look(model(some.images), {})


def test_only_known_images_with_a_region_are_pasted_and_keep_their_label():
    model, some = Seen(), batch(5, known=[True, True, False, True, True])
    some.roi[3] = 0  # healthy: gives its background only
    some.images[2] = float("nan")  # unknown: must not appear
    look = Look(torch.zeros(5, 2, requires_grad=True), {})
    value = BackgroundInvariance(margin=0)(model, look, some)
    assert len(model.images) == 3
    assert torch.isfinite(model.images).all()
    for made, source in zip(model.images, (0, 1, 4), strict=True):
        torch.testing.assert_close(made[:, :8, :8], some.images[source, :, :8, :8])
        assert not torch.allclose(made[:, 8:, 8:], some.images[source, :, 8:, 8:])
    with torch.no_grad():
        expected = torch.nn.functional.cross_entropy(model(model.images), some.labels[[0, 1, 4]])
    torch.testing.assert_close(value.detach(), expected)


@pytest.mark.parametrize(
    ("known", "empty", "lack"),
    [([False] * 3, False, "fewer"), ([True, False, False], False, "fewer"), ([True] * 3, True, "empty")],
)
def test_too_little_to_paste_is_a_zero_on_the_graph(known, empty, lack):
    model, some = Tiny(), batch(3, known=known)
    if empty:
        some.roi.zero_()
    look = Look(torch.full((3, 2), float("inf"), requires_grad=True), {})
    loss = BackgroundInvariance()
    value = loss(model, look, some)
    value.backward()
    assert value == 0
    assert not look.logits.grad.any()
    assert not model.asked  # and costs nothing
    assert lack in loss.missing(some)


def test_the_second_pass_leaves_batchnorm_alone():
    """Pitfall 15."""
    model, some = Tiny(), batch(4)
    look = look_of(model, some)
    before = copy.deepcopy(model.state_dict())
    BackgroundInvariance()(model, look, some)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_a_classifier_that_reads_the_region_passes_and_one_that_reads_the_background_fails():
    some = batch(8)
    bright = some.labels.float().view(-1, 1, 1, 1)
    some.images = torch.where(some.roi > 0, bright, 0.5).expand(8, 3, 16, 16)
    inside = some.images[:, :, :8, :8].mean((1, 2, 3))

    class Reader(torch.nn.Module):
        def __init__(self, window):
            super().__init__()
            self.window = window

        def forward(self, images):
            level = 20 * (images[:, :, *self.window].mean((1, 2, 3)) - 0.5)
            return torch.stack([-level, level], 1)

    look, loss = Look(torch.zeros(8, 2), {}), BackgroundInvariance()
    assert torch.equal(inside, some.labels.float())
    assert loss(Reader((slice(0, 8), slice(0, 8))), look, some) < 0.01
    some.images = torch.where(some.roi > 0, 0.5, bright).expand(8, 3, 16, 16)
    values = [loss(Reader((slice(12, 16), slice(12, 16))), look, some).item() for _ in range(10)]
    assert sum(values) / 10 > 5


def test_both_views_are_judged_where_that_is_asked_for():
    model, some = Seen(), batch(4, known=[True, True, False, True])
    look = Look(torch.randn(4, 2), {})
    value = BackgroundInvariance(views="both", margin=0)(model, look, some)
    chosen = [0, 1, 3]
    with torch.no_grad():
        changed = torch.nn.functional.cross_entropy(model(model.images), some.labels[chosen])
        as_they_are = torch.nn.functional.cross_entropy(look.logits[chosen], some.labels[chosen])
    torch.testing.assert_close(value.detach(), (changed + as_they_are) / 2)
