"""A class loss that breaks one clause of its contract is refused by the check of that clause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from sightline import testing
from sightline.losses.binary_cross_entropy import BinaryCrossEntropy
from sightline.losses.cross_entropy import CrossEntropy
from sightline.testing import classification
from sightline.testing.contract import carry_out


class Half(CrossEntropy):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits, labels) + len(labels)


class Upside(CrossEntropy):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(-logits, labels)


class Unweighted(CrossEntropy):
    def __init__(self, class_weights: Tensor | None = None) -> None:
        super().__init__(None)


class Naive(CrossEntropy):
    """It takes the logarithm of a probability that can be 0."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return -logits.softmax(1).log()[torch.arange(len(labels)), labels].mean()


class Rough(CrossEntropy):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits, labels).bfloat16()


class Guessing(BinaryCrossEntropy):
    """It takes what is not known for absent."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits, labels.nan_to_num(0.0))


class Odd(CrossEntropy):
    labels = ("two",)  # type: ignore[assignment]


class Nameless(CrossEntropy):
    words = ""


class Detached(CrossEntropy):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits.detach(), labels) + 0 * logits.sum()


BREAKERS: list[tuple[Any, Any, Callable[[Any], None]]] = [
    (CrossEntropy, Nameless, classification.says_what_it_is_and_its_options_are_keywords),
    (CrossEntropy, Upside, classification.the_right_answer_is_better_than_a_wrong_one),
    (CrossEntropy, Detached, classification.gradient_is_the_derivative),
    (CrossEntropy, Half, classification.is_the_mean_over_the_images),
    (BinaryCrossEntropy, Guessing, classification.labels_that_are_not_known_change_nothing),
    (CrossEntropy, Unweighted, classification.a_class_of_more_weight_counts_more),
    (CrossEntropy, Naive, classification.extreme_logits_are_finite),
    (CrossEntropy, Rough, classification.half_precision_is_judged_in_full),
]


def test_a_class_loss_that_breaks_a_clause() -> None:
    with pytest.raises(AssertionError, match="is_the_mean"):
        testing.check_classification_loss(Half)


@pytest.mark.parametrize(("honest", "loss", "check"), BREAKERS)
def test_the_clause_that_it_breaks_fails_and_holds_of_an_honest_loss(honest: Any, loss: Any, check: Any) -> None:
    carry_out([check], honest, honest.__name__)
    with pytest.raises(AssertionError):
        carry_out([check], loss, loss.__name__)


def test_every_clause_is_broken_once() -> None:
    assert {check for *_, check in BREAKERS} == set(classification.CHECKS)


def test_a_loss_that_says_nothing_takes_one_label_and_one_that_says_nonsense_is_refused() -> None:
    assert classification.taken(torch.nn.Module) == [classification.LABELS]
    assert [labels.ndim for labels in classification.taken(BinaryCrossEntropy)] == [2]
    with pytest.raises(AssertionError, match="one label, several, or either"):
        classification.taken(Odd)


def test_the_right_answer_is_sure_where_it_is_known() -> None:
    assert classification.right(torch.tensor([1])).tolist() == [[0, 4, 0]]
    assert classification.right(torch.tensor([[1.0, 0.0, torch.nan]])).tolist() == [[4, -4, 0]]
