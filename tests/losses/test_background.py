"""Background invariance: what is pasted on what."""

from __future__ import annotations

import copy

import pytest
import torch
from tiny import Tiny, batch

from sightline.losses.background import BackgroundInvariance, compose, partners, widen, without_region
from sightline.types import Look


@pytest.mark.parametrize("count", [2, 3, 7, 32])
def test_nobody_is_its_own_partner(count):
    for _ in range(20):
        partner = partners(count)
        assert sorted(partner.tolist()) == list(range(count))
        assert not (partner == torch.arange(count)).any()
    assert partners(1).tolist() == [0]


def test_partners_are_random_and_follow_the_seed():
    torch.manual_seed(1)
    first, second = partners(16), partners(16)
    torch.manual_seed(1)
    assert torch.equal(partners(16), first)
    assert not torch.equal(first, second)


def test_a_widened_region_keeps_itself_whole_and_fades_out():
    roi = torch.zeros(1, 1, 21, 21)
    roi[..., 9:12, 9:12] = 1
    wide = widen(roi, 2)
    assert (wide[roi > 0] == 1).all()
    row = wide[0, 0, 10].tolist()
    assert row[:10] == sorted(row[:10])
    assert 0 < row[6] < 1
    assert row[4] == 0  # 9 - 2 * 2 - 1
    assert torch.equal(widen(roi, 0), roi)
    assert torch.equal(widen(torch.ones(1, 1, 5, 5), 2), torch.ones(1, 1, 5, 5))


def test_the_partner_s_own_region_is_covered_by_its_background_s_mean_colour():
    image, region = torch.full((1, 3, 4, 4), 0.25), torch.zeros(1, 1, 4, 4)
    region[..., 1:3, 1:3] = 1
    marked = image * (1 - region) + region  # white region on grey
    torch.testing.assert_close(without_region(marked, region), image)
    assert torch.isfinite(without_region(marked, torch.ones_like(region))).all()


def test_a_composite_is_one_s_region_on_the_other_s_background():
    images = torch.tensor([0.2, 0.8]).view(2, 1, 1, 1).repeat(1, 3, 4, 4)
    region = torch.zeros(2, 1, 4, 4)
    region[0, :, :2], region[1, :, 2:] = 1, 1
    images[1, :, 2:] = 0.1  # the second image's own region, which must not appear in the first
    made = compose(images, region, torch.tensor([1, 0]))
    torch.testing.assert_close(made[0, 0, :, 0], torch.tensor([0.2, 0.2, 0.8, 0.8]))
    torch.testing.assert_close(made[1, 0, :, 0], torch.tensor([0.2, 0.2, 0.1, 0.1]))


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
