"""The picture that shows nothing, against which integrated gradients and Shapley values are measured."""

from __future__ import annotations

from torch import Tensor


def mean_colour(images: Tensor) -> Tensor:
    """A plain picture of each image's own mean colour, (B, 3, 1, 1): neither darker nor paler than what is explained.

    Black would count dark lesions as absent, and grey would count the colour of the skin as evidence.
    """
    return images.mean((2, 3), keepdim=True)
