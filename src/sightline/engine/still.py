"""Training a part of a classifier while the rest of it is held still (`train.only`), such as the last layer alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from torch import nn

from sightline.attention.classifier import GuidedClassifier
from sightline.errors import UserError


def resting(classifier: GuidedClassifier, only: Sequence[str]) -> list[nn.Module]:
    """The modules that do not learn: none where `only` is empty."""
    parts = {"backbone": classifier.backbone, "head": classifier.head, "source": classifier.source}
    return [part for name, part in parts.items() if only and name not in only]


@contextmanager
def held_still(classifier: GuidedClassifier, only: Sequence[str]) -> Iterator[None]:
    """A context in which only the weights of the named modules need a gradient. What two modules share learns if one of them does.

    Raises:
        UserError: the named modules have no weights that learn.
    """
    still = {id(p): p for part in resting(classifier, only) for p in part.parameters() if p.requires_grad}
    for name in only:
        for parameter in getattr(classifier, name).parameters():
            still.pop(id(parameter), None)
    for parameter in still.values():
        parameter.requires_grad_(False)
    try:
        if not any(p.requires_grad for p in classifier.parameters()):
            raise UserError("train.only", f"{' and '.join(only)} has no weights that learn", "Name `head`, which always has some.")
        yield
    finally:
        for parameter in still.values():
            parameter.requires_grad_(True)
