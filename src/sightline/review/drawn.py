"""Outlines that a segmentation network proposes: those of a folder that `sightline pseudo-mask` wrote."""

from __future__ import annotations

from pathlib import Path

from sightline.data.annotation import render
from sightline.data.guide.guiding import drawn_mask, kept_masks
from sightline.errors import UserError
from sightline.review.cases import Case, Cases
from sightline.review.outlines import Outline, to_correct


class Drawn:
    """The masks of a folder, for the cases under review.

    Args:
        folder: as `sightline pseudo-mask` writes it; masks that it does not keep are not proposed.

    Raises:
        UserError: the folder or its table is missing, or it has a mask for none of the cases.
    """

    def __init__(self, folder: Path, cases: Cases) -> None:
        self.folder, self._kept = folder, kept_masks(folder)
        if not self._kept & {case.id for case in cases}:
            raise UserError(folder, "keeps no mask of an image under review", "Draw masks for these images with `sightline pseudo-mask`.")

    def __contains__(self, case: Case) -> bool:
        return case.id in self._kept

    def outlines(self, case: Case, size: tuple[int, int]) -> list[Outline]:
        """What the network drew, where it says at least one half, in pixels of the picture of `size` (H, W); nothing for other cases.

        Raises:
            UserError: the file is missing or cannot be read.
        """
        if case not in self:
            return []
        soft = render((drawn_mask(self.folder, case.id),), size, where=case.id)
        return [] if soft is None else to_correct(soft >= 0.5)
