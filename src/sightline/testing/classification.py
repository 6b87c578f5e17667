"""What every class loss owes: `loss(class_weights)(logits (B, C), labels (B,)) -> scalar`.

With several findings per image, `labels` are (B, C) of 1, 0, and NaN where it is not known. The attribute `labels` of the loss says which
of the two forms it takes: `one`, `several` or both; a loss without it takes one label per image.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sightline.testing.contract import carry_out, check_options, check_words

Kind = type[nn.Module]
LABELS = torch.tensor([0, 1, 2, 1])
FINDINGS = torch.tensor([[1.0, 0.0, torch.nan], [1.0, 1.0, 0.0], [torch.nan, torch.nan, 1.0], [0.0, 0.0, 0.0]])


def check_classification_loss(loss: Kind) -> None:
    """Holds a class loss, made with its default options, to the contract. AssertionError: what it does not keep."""
    carry_out(CHECKS, loss, loss.__name__)


def value(kind: Kind, logits: Tensor, labels: Tensor = LABELS, weights: Tensor | None = None) -> Tensor:
    found: Tensor = kind(weights)(logits, labels)
    return found


def taken(kind: Kind) -> list[Tensor]:
    """Labels of each form that the loss takes, of four images and three classes; one label per image where it says nothing."""
    said: tuple[str, ...] = getattr(kind, "labels", ("one",))
    assert {"one", "several"} & set(said) == set(said) != set(), "`labels` says whether an image has one label, several, or either"
    return [labels for form, labels in (("one", LABELS), ("several", FINDINGS)) if form in said]


def right(labels: Tensor) -> Tensor:
    """Logits (4, 3) of a sure and right answer, and 0 where nobody knows."""
    return (torch.eye(3)[labels] if labels.ndim == 1 else 2 * labels.nan_to_num(0.5) - 1) * 4


def says_what_it_is_and_its_options_are_keywords(kind: Kind) -> None:
    """It has words, and all but the class weights is keyword-only."""
    check_words(kind)
    check_options(kind, given=1)


def the_right_answer_is_better_than_a_wrong_one(kind: Kind) -> None:
    """Sure and right costs less than undecided, and that less than sure and wrong."""
    for labels in taken(kind):
        sure = right(labels)
        wrong = sure.roll(1, 1) if labels.ndim == 1 else -sure
        assert value(kind, sure, labels) < value(kind, torch.zeros(4, 3), labels) < value(kind, wrong, labels)


def gradient_is_the_derivative(kind: Kind) -> None:
    """Its gradient is the slope that finite differences measure."""
    for labels in taken(kind):
        logits = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(lambda x, labels=labels: value(kind, x, labels), logits)


def is_the_mean_over_the_images(kind: Kind) -> None:
    """The same images twice give the same value, and equal class weights change nothing."""
    for labels in taken(kind):
        logits = torch.randn(4, 3)
        expected = value(kind, logits, labels)
        torch.testing.assert_close(value(kind, logits.repeat(2, 1), labels.repeat(2, *[1] * (labels.ndim - 1))), expected)
        torch.testing.assert_close(value(kind, logits, labels, weights=torch.ones(3)), expected)


def labels_that_are_not_known_change_nothing(kind: Kind) -> None:
    """With several findings, an unknown label has no gradient, whatever the logit; with none known, the value is a zero on the graph."""
    for labels in taken(kind):
        if labels.ndim == 1:
            continue
        logits = torch.randn(4, 3)
        other = torch.where(labels.isnan(), 1e4, logits).requires_grad_()
        found = value(kind, other, labels)
        torch.testing.assert_close(found, value(kind, logits, labels))
        (slope,) = torch.autograd.grad(found, other)
        assert not slope[labels.isnan()].any()
        assert slope[~labels.isnan()].all()
        nothing = value(kind, other, torch.full_like(labels, torch.nan))
        assert nothing == 0
        assert not torch.autograd.grad(nothing, other)[0].any()


def a_class_of_more_weight_counts_more(kind: Kind) -> None:
    """A wrong answer on that class costs more, beside a right one on another."""
    heavy, light = torch.tensor([3.0, 1.0]), torch.tensor([1.0, 3.0])
    for labels in taken(kind):
        if labels.ndim == 1:
            logits, labels = torch.tensor([[0.0, 2.0], [0.0, 2.0]]), torch.tensor([0, 1])  # the first image is judged wrongly
        else:
            logits, labels = torch.tensor([[-2.0, 2.0]]), torch.ones(1, 2)  # the first finding is
        assert value(kind, logits, labels, heavy) > value(kind, logits, labels, light)


def extreme_logits_are_finite(kind: Kind) -> None:
    """Neither the value nor a gradient is infinite or NaN, however sure the answer is."""
    for labels in taken(kind):
        for size in (0.0, 1e-20, 100.0, 1e4):
            for logits in (right(labels) / 4 * size, -right(labels) / 4 * size):
                found = value(kind, logits.requires_grad_(), labels)
                assert torch.isfinite(found)
                assert torch.isfinite(torch.autograd.grad(found, logits)[0]).all()


def half_precision_is_judged_in_full(kind: Kind) -> None:
    """Under autocast it computes in float32."""
    for labels in taken(kind):
        logits = torch.randn(4, 3).bfloat16()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = value(kind, logits, labels)
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, value(kind, logits.float(), labels))


CHECKS = (
    says_what_it_is_and_its_options_are_keywords,
    the_right_answer_is_better_than_a_wrong_one,
    gradient_is_the_derivative,
    is_the_mean_over_the_images,
    labels_that_are_not_known_change_nothing,
    a_class_of_more_weight_counts_more,
    extreme_logits_are_finite,
    half_precision_is_judged_in_full,
)
