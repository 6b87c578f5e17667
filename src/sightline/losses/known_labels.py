"""The mean of a class loss over the labels that are known, of images with several findings."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def mean_of_known(compare: Callable[[Tensor, Tensor], Tensor], logits: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """The mean of `compare` over all pairs of an image and a finding whose label is known.

    Args:
        compare: (N,) logits, (N,) labels -> (N,).
        logits: (B, C).
        labels: (B, C): 1 present, 0 absent, NaN not known.
        weights: (C,) of the findings, or (C, 2) of their absence and their presence; None: equal weights.

    Returns:
        A scalar; with no known label, a zero that is part of the graph.
    """
    known = ~torch.isnan(labels)
    # unknown ones are taken out rather than multiplied by zero: NaN times zero is NaN
    values = compare(logits[known], labels[known].to(logits.dtype))  # (N,)
    if not len(values):
        return values.sum()
    if weights is None:
        return values.mean()
    weights = weights.to(values.dtype)
    of_pairs = weights if weights.ndim == 1 else torch.where(labels > 0.5, weights[:, 1], weights[:, 0])
    of_each = of_pairs.expand(labels.shape)[known]  # (N,)
    return (of_each * values).sum() / of_each.sum()
