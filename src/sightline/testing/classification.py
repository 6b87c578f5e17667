"""What every class loss owes: `loss(class_weights)(logits (B, C), labels (B,)) -> scalar`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sightline.testing.contract import carry_out, check_options, check_words

Kind = type[nn.Module]
LABELS = torch.tensor([0, 1, 2, 1])


def check_classification_loss(loss: Kind) -> None:
    """Holds a class loss, made with its default options, to the contract. AssertionError: what it does not keep."""
    carry_out(CHECKS, loss, loss.__name__)


def value(kind: Kind, logits: Tensor, labels: Tensor = LABELS, weights: Tensor | None = None) -> Tensor:
    found: Tensor = kind(weights)(logits, labels)
    return found


def says_what_it_is_and_its_options_are_keywords(kind: Kind) -> None:
    """It has words, and all but the class weights is keyword-only."""
    check_words(kind)
    check_options(kind, given=1)


def the_right_answer_is_better_than_a_wrong_one(kind: Kind) -> None:
    """Sure and right costs less than undecided, and that less than sure and wrong."""
    right = torch.eye(3)[LABELS] * 4
    assert value(kind, right) < value(kind, torch.zeros(4, 3)) < value(kind, right.roll(1, 1))


def gradient_is_the_derivative(kind: Kind) -> None:
    """Its gradient is the slope that finite differences measure."""
    logits = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: value(kind, x), logits)


def is_the_mean_over_the_images(kind: Kind) -> None:
    """The same images twice give the same value, and equal class weights change nothing."""
    logits = torch.randn(4, 3)
    expected = value(kind, logits)
    torch.testing.assert_close(value(kind, logits.repeat(2, 1), LABELS.repeat(2)), expected)
    torch.testing.assert_close(value(kind, logits, weights=torch.ones(3)), expected)


def a_class_of_more_weight_counts_more(kind: Kind) -> None:
    """A wrong answer on an image of that class costs more, beside a right one."""
    logits, labels = torch.tensor([[0.0, 2.0], [0.0, 2.0]]), torch.tensor([0, 1])  # the first image is judged wrongly
    heavy, light = torch.tensor([3.0, 1.0]), torch.tensor([1.0, 3.0])
    assert value(kind, logits, labels, heavy) > value(kind, logits, labels, light)


def extreme_logits_are_finite(kind: Kind) -> None:
    """Neither the value nor a gradient is infinite or NaN, however sure the answer is."""
    for size in (0.0, 1e-20, 100.0, 1e4):
        for logits in (torch.eye(3)[LABELS] * size, -torch.eye(3)[LABELS] * size):
            found = value(kind, logits.requires_grad_())
            assert torch.isfinite(found)
            assert torch.isfinite(torch.autograd.grad(found, logits)[0]).all()


def half_precision_is_judged_in_full(kind: Kind) -> None:
    """Under autocast it computes in float32."""
    logits = torch.randn(4, 3).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = value(kind, logits)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, value(kind, logits.float()))


CHECKS = (
    says_what_it_is_and_its_options_are_keywords,
    the_right_answer_is_better_than_a_wrong_one,
    gradient_is_the_derivative,
    is_the_mean_over_the_images,
    a_class_of_more_weight_counts_more,
    extreme_logits_are_finite,
    half_precision_is_judged_in_full,
)
