"""Agreement: two backgrounds, one answer."""

from __future__ import annotations

import pytest
import torch
from scipy.stats import entropy
from tiny import Tiny, batch
from torch.nn import functional as F

from sightline.losses.agreement import Agreement, disagreement
from sightline.types import Look


class Seen(Tiny):
    """Remembers the images that it was shown."""

    def forward(self, images):
        self.images = images
        return super().forward(images)


def nothing(n: int) -> Look:
    return Look(torch.zeros(n, 2, requires_grad=True), {})


def test_disagreement_agrees_with_scipy_and_is_symmetric():
    a, b = torch.randn(4, 3), torch.randn(4, 3)
    expected = [(entropy(p, q) + entropy(q, p)) / 2 for p, q in zip(a.softmax(1), b.softmax(1), strict=True)]
    assert disagreement(a, b).tolist() == pytest.approx(expected, rel=1e-4)
    torch.testing.assert_close(disagreement(a, b), disagreement(b, a))
    assert disagreement(a, a).abs().max() < 1e-6


@pytest.mark.parametrize("labelled", [True, False])
def test_known_regions_are_shown_on_two_backgrounds_and_judged(labelled):
    model, some = Seen(), batch(5, known=[True, True, False, True, True])
    some.roi[3] = 0  # healthy: gives its background only
    some.images[2] = float("nan")  # unknown: must not appear
    value = Agreement(labelled=labelled, margin=0)(model, nothing(5), some)
    first, second = model.images.chunk(2)
    for shown in (first, second):
        torch.testing.assert_close(shown[..., :8, :8], some.images[[0, 1, 4]][..., :8, :8])
    assert ((first - second)[..., 8:, :].abs().amax((1, 2, 3)) > 0.1).all()  # two backgrounds
    p, q = Tiny.forward(model, model.images).chunk(2)
    expected = disagreement(p, q).mean()
    if labelled:
        expected = expected + (F.cross_entropy(p, some.labels[[0, 1, 4]]) + F.cross_entropy(q, some.labels[[0, 1, 4]])) / 2
    torch.testing.assert_close(value, expected)


def test_a_classifier_that_reads_the_region_agrees_and_one_that_reads_the_background_does_not():
    some = batch(8)
    some.images = torch.where(some.roi > 0, some.labels.view(-1, 1, 1, 1).float(), torch.rand(8, 1, 1, 1)).expand(8, 3, 16, 16)

    def reader(window: slice):
        return lambda images: torch.stack([-(level := 20 * (images[:, :, window, window].mean((1, 2, 3)) - 0.5)), level], 1)

    class Reader(torch.nn.Module):
        def __init__(self, window: slice) -> None:
            super().__init__()
            self.answer = reader(window)

        def forward(self, images):
            return self.answer(images)

    loss = Agreement(labelled=False, margin=0)
    assert loss(Reader(slice(0, 8)), nothing(8), some) < 1e-6
    assert loss(Reader(slice(12, 16)), nothing(8), some) > 1


@pytest.mark.parametrize(("known", "empty"), [([False] * 3, False), ([True, False, False], False), ([True] * 3, True)])
def test_too_little_to_paste_is_a_zero_on_the_graph_and_costs_nothing(known, empty):
    model, some, look = Tiny(), batch(3, known=known), nothing(3)
    if empty:
        some.roi.zero_()
    value = Agreement()(model, look, some)
    value.backward()
    assert value == 0
    assert not look.logits.grad.any()
    assert not model.asked
    assert Agreement().missing(some)
