"""What every weighting owes: `weighting(entries)(losses, epoch) -> (total, weights)`."""

from __future__ import annotations

import io

import torch
from torch import Tensor

from sightline.losses.weighting import LossEntry, Weighting
from sightline.testing.contract import carry_out, check_options, check_words

Kind = type[Weighting]
ENTRIES = [
    LossEntry("class", "classification"),
    LossEntry("map", "guidance", weight=0.5),
    LossEntry("late", "behaviour", start=2, ramp=1),
    LossEntry("off", "guidance", weight=0),
]


def check_weighting(weighting: Kind) -> None:
    """Holds a weighting, made with its default options, to the contract. AssertionError: what it does not keep."""
    carry_out(CHECKS, weighting, weighting.__name__)


def losses() -> dict[str, Tensor]:
    return {e.name: torch.tensor(0.3 + i, requires_grad=True) for i, e in enumerate(ENTRIES)}


def says_what_it_is_and_its_options_are_keywords(kind: Kind) -> None:
    """It has words, and all but the entries is keyword-only."""
    assert issubclass(kind, Weighting)
    check_words(kind)
    check_options(kind, given=1)


def the_weights_it_reports_are_the_slopes_of_its_total(kind: Kind) -> None:
    """Of every loss, in every epoch: d total / d loss; 0 for those that have not begun or have no weight, which are not active."""
    weighting = kind(ENTRIES)
    for epoch, begun in ((0.0, {"class", "map"}), (2.0, {"class", "map", "late"}), (float("inf"), {"class", "map", "late"})):
        measured = losses()
        total, weights = weighting(measured, epoch)
        assert total.shape == ()
        slopes = torch.autograd.grad(total, list(measured.values()), allow_unused=True)
        for (name, weight), slope in zip(weights.items(), slopes, strict=True):
            torch.testing.assert_close(weight, 0.0 if slope is None else slope.item())
            assert (weight > 0) == (name in begun), name
        assert weighting.active(epoch) == begun


def losses_that_are_not_computed_count_nothing(kind: Kind) -> None:
    """A loss that has not begun may be missing."""
    measured = losses()
    total, weights = kind(ENTRIES)(measured, 0.0)
    few, same = kind(ENTRIES)({name: loss for name, loss in measured.items() if name != "late"}, 0.0)
    assert total == few
    assert weights == same


def a_later_loss_sets_in_by_its_ramp(kind: Kind) -> None:
    """With a ramp of one epoch, half of its weight counts in the first."""
    weighting = kind(ENTRIES)
    half, whole = (weighting(losses(), epoch)[1]["late"] for epoch in (2.0, 3.0))
    torch.testing.assert_close(2 * half, whole)


def what_it_learns_is_moved_logged_and_saved(kind: Kind) -> None:
    """Parameters have finite gradients, `learned` holds finite numbers, and a loaded weighting weighs the same."""
    weighting, other, file = kind(ENTRIES), kind(ENTRIES), io.BytesIO()
    total = weighting(losses(), 5.0)[0]
    total.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() and p.grad.any() for p in weighting.parameters())
    assert all(torch.tensor(value).isfinite() for value in weighting.learned().values())
    for parameter in weighting.parameters():
        parameter.data.add_(0.5)
    torch.save(weighting.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file, weights_only=True))
    assert weighting(losses(), 5.0)[0] == other(losses(), 5.0)[0]


def calibration_gives_finite_weights_and_leaves_off_what_is_off(kind: Kind) -> None:
    """Where it `needs_calibration`: also of losses that are 0 in every batch, or missing."""
    weighting = kind(ENTRIES)
    if weighting.needs_calibration:
        weighting.calibrate([{"class": 0.7, "map": 0.0, "off": 1.0}] * weighting.needs_calibration)
    factors = weighting.factors()
    assert factors.shape == (len(ENTRIES),)
    assert factors.isfinite().all()
    assert factors[3] == 0


CHECKS = (
    says_what_it_is_and_its_options_are_keywords,
    the_weights_it_reports_are_the_slopes_of_its_total,
    losses_that_are_not_computed_count_nothing,
    a_later_loss_sets_in_by_its_ramp,
    what_it_learns_is_moved_logged_and_saved,
    calibration_gives_finite_weights_and_leaves_off_what_is_off,
)
