"""The data types that the parts of the package exchange.

Coordinates are (x right, y down) in original image pixels, origin in the top-left corner, 0-based. Boxes are (x0, y0, x1, y1) with
exclusive ends, so that a box over a whole W x H image is (0, 0, W, H).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from sightline.errors import UserError
from sightline.short import short_repr

AnnotationKind = Literal["mask", "box", "polygon", "gaze", "heatmap", "nothing"]
ANNOTATION_KINDS: tuple[str, ...] = get_args(AnnotationKind)


@runtime_checkable
class Drawable(Protocol):
    """A picture that is computed instead of read from a file. It is small and picklable, since it holds drawing instructions and no
    pixels."""

    @property
    def key(self) -> str:
        """Identifies the pixels: pictures with equal keys have equal pixels."""
        ...

    def draw(self) -> np.ndarray:
        """(H, W, 3) uint8 for an image; (H, W) uint8, 0 outside and 255 inside, for a mask or a heat map."""
        ...


Picture = Path | Drawable


@dataclass(frozen=True)
class Annotation:
    """What a person marked in one image.

    Attributes:
        kind: `mask` (see `data.mask_levels` for what is inside), `box`, `polygon`, `gaze` (fixations or raw samples), `heatmap` (grey
            levels are the soft map), or `nothing` (the expert looked and found nothing to mark: known and zero everywhere).
        source: the picture of a mask or a heat map; None for the other kinds.
        points: box: one row (x0, y0, x1, y1); polygon: rows (x, y); gaze: rows (x, y) or (x, y, duration in seconds).
        author: who made it, if known.
        made: when it was made (ISO 8601), if known.
        size: (H, W) of the picture that it was drawn on, if the annotation file gives it; on a picture of another size it would be in the
            wrong place.
        finding: of images with several findings, the one that it shows; None: see `data.findings.marks_of`.
    """

    kind: AnnotationKind
    source: Picture | None = None
    points: tuple[tuple[float, ...], ...] = ()
    author: str | None = None
    made: str | None = None
    size: tuple[int, int] | None = None
    finding: str | None = None


@dataclass(frozen=True)
class Record:
    """One image of a data set, not yet decoded.

    Attributes:
        id: unique within the data set.
        image: where its pixels come from.
        label: class name, spelt as in the data set; with several findings, see `data.findings.label_of`.
        group: patient or lesion; images of one group never fall into two splits. None: the image is its own group.
        split: the owner's split (`train`, `val`, `test`, or any further test set's name), None where there is none.
        annotations: where to look; empty means *unknown*, never "nowhere".
        avoid: where not to look (a ruler, a sticker, burnt-in text).
        regions: name -> further marked things: organs, dermoscopic features, skin, hair. A name whose annotations mark nothing (`nothing`)
            was looked for and not found; a name that is missing is unknown.
        tags: further facts: artefacts present, age, sex, device.
        findings: finding -> present (True), absent (False) or not known (None), where an image can have several; empty: it has one label.
            All records of a data set name the same findings in the same order.
        volume: name of the volume (or file with several frames) of which the image is a slice; None: it is a picture by itself.
    """

    id: str
    image: Picture
    label: str
    group: str | None = None
    split: str | None = None
    annotations: tuple[Annotation, ...] = ()
    avoid: tuple[Annotation, ...] = ()
    regions: Mapping[str, tuple[Annotation, ...]] = field(default_factory=dict)
    tags: Mapping[str, Any] = field(default_factory=dict)
    findings: Mapping[str, bool | None] = field(default_factory=dict)
    volume: str | None = None


class Records(list[Record]):
    """What a reader returns if it has to report how it read the data: a list of records, and `notes` of one sentence each.

    A note reports a choice that a person would otherwise not see: which delimiter was found, which files were left out. Anything that has
    to be corrected is a `UserError`, not a note.
    """

    def __init__(self, records: Iterable[Record] = (), notes: Iterable[str] = ()) -> None:
        super().__init__(records)
        self.notes: tuple[str, ...] = tuple(notes)


@dataclass
class Batch:
    """The images of one training step and what is known about them. Only images and labels are required.

    >>> import torch
    >>> import sightline as sl
    >>> batch = sl.Batch(torch.rand(2, 3, 8, 8), torch.tensor([0, 1]), roi=torch.ones(2, 1, 8, 8))
    >>> batch.known.tolist(), batch.avoid_known.tolist()
    ([True, True], [False, False])

    Attributes:
        images: (B, 3, H, W) float32 in [0, 1]; the classifier normalises them itself.
        labels: (B,) int64; with several findings per image (B, C) float32, 1 present, 0 absent, NaN not known.
        roi: (B, 1, H, W) float32 in [0, 1]; zero where unknown. Default: unknown everywhere.
        known: (B,) bool: whether the image has an ROI map. Default: true for all images if ROI maps are given.
        avoid: (B, 1, H, W) float32 in [0, 1]; zero where nothing is marked. Default: unknown everywhere.
        avoid_known: (B,) bool: whether the areas to avoid are known for this image. Default: true for all images if `avoid` is given.
        index: (B,) int64, position of each image in the data set. Default: 0, 1, ...
        ids: names of the images. Default: their positions.
        finding_roi: with several findings, (B, C, H, W) float32 in [0, 1]: the ROI map of each; `roi` is their union. Default: unknown.
            None with one label per image.
        finding_known: (B, C) bool: whether this finding's ROI map is known. Default: true for all if ROI maps of findings are given.
        group: (B,) int64: the group of the image among those that are to count alike, see `data.balance_by`. Default: its label; 0 with
            several findings.

    Raises:
        UserError: a shape that does not fit the images; regions that are said to be known and are not given; or regions above 1, such as
            masks of 0 and 255.
    """

    images: Tensor
    labels: Tensor
    roi: Tensor = None  # type: ignore[assignment]  # None stands for the default, which __post_init__ makes
    known: Tensor = None  # type: ignore[assignment]
    avoid: Tensor = None  # type: ignore[assignment]
    avoid_known: Tensor = None  # type: ignore[assignment]
    index: Tensor = None  # type: ignore[assignment]
    ids: list[str] = None  # type: ignore[assignment]
    finding_roi: Tensor | None = None
    finding_known: Tensor | None = None
    group: Tensor = None  # type: ignore[assignment]
    __repr__ = short_repr

    def __post_init__(self) -> None:
        if self.images.ndim != 4:
            raise UserError("batch", f"images have the shape {tuple(self.images.shape)}", "They have to be (B, 3, H, W).")
        self._require_fit("labels", self.labels, (len(self.images), *self.labels.shape[1:2]))
        if self.several:
            if self.finding_known is None:
                self.finding_known = torch.full_like(self.labels, self.finding_roi is not None, dtype=torch.bool)
            if self.finding_roi is None:
                self.finding_roi = torch.zeros_like(self.images[:, :1]).repeat(1, self.labels.shape[1], 1, 1)
        for region, known in (("roi", "known"), ("avoid", "avoid_known")):
            given = getattr(self, region) is not None
            if given:
                self._require_fit(region, getattr(self, region), (len(self.images), 1, *self.images.shape[2:]))
            elif getattr(self, known) is not None and bool(getattr(self, known).any()):
                raise UserError(
                    f"batch.{known}", f"is true, and there is no `{region}`", f"Give `{region}`: zero everywhere where nothing is marked."
                )
            if getattr(self, known) is None:
                setattr(self, known, torch.full((len(self.labels),), given, device=self.labels.device))
            self._require_fit(known, getattr(self, known), (len(self.images),))
            if not given:
                setattr(self, region, torch.zeros_like(self.images[:, :1]))
            elif getattr(self, region).device.type == "cpu" and bool((getattr(self, region) > 1).any()):  # elsewhere it would wait for it
                raise UserError(f"batch.{region}", "has values above 1", "Regions are in [0, 1]: divide masks of 0 and 255 by 255.")
        if vars(self)["group"] is None:
            self.group = torch.zeros(len(self.labels), dtype=torch.int64, device=self.labels.device) if self.several else self.labels
        if vars(self)["index"] is None:
            self.index = torch.arange(len(self.labels), device=self.labels.device)
        if vars(self)["ids"] is None:
            self.ids = [str(i) for i in self.index.tolist()]

    def _require_fit(self, name: str, given: Tensor, shape: tuple[int, ...]) -> None:
        if tuple(given.shape) != shape:
            wanted = f"With images of the shape {tuple(self.images.shape)}, it has to be {shape}."
            raise UserError(f"batch.{name}", f"has the shape {tuple(given.shape)}", wanted)

    @property
    def several(self) -> bool:
        """Whether an image can have several findings."""
        return self.labels.ndim == 2

    @property
    def of_findings(self) -> tuple[Tensor, Tensor]:
        """`finding_roi` and `finding_known`, of images with several findings.

        Raises:
            UserError: images have one label each.
        """
        if self.finding_roi is None or self.finding_known is None:
            raise UserError("batch", "has one label per image, and no regions of findings", "Take `roi` and `known`.")
        return self.finding_roi, self.finding_known

    def __len__(self) -> int:
        return len(self.labels)

    def pin_memory(self) -> Batch:
        tensors = {k: v.pin_memory() for k, v in vars(self).items() if isinstance(v, Tensor)}
        return Batch(**tensors, ids=self.ids)


@dataclass
class Look:
    """The output of a guided classifier: its logits and its attention maps.

    Attributes:
        logits: (B, C).
        maps: name -> (B, 1, h, w): the attention map of the target class, or the class-agnostic map of a gate or decoder. Differentiable
            whenever gradients are enabled. For the scale see `ranges`.
        every: name -> (B, C, h, w): the maps of all classes; only if they were asked for and the source is class-specific.
        ranges: name -> `evidence` (signed, unbounded: positive speaks for the class) or `unit` (in [0, 1]).
        classifier: the classifier that made this output; behaviour losses run it again.
    """

    logits: Tensor
    maps: dict[str, Tensor]
    every: dict[str, Tensor] = field(default_factory=dict)
    ranges: dict[str, Literal["evidence", "unit"]] = field(default_factory=dict)
    classifier: nn.Module | None = field(default=None, repr=False, compare=False)
    __repr__ = short_repr

    @property
    def first(self) -> Tensor:
        """The first map, (B, 1, h, w).

        Raises:
            UserError: the classifier has no maps.
        """
        if not self.maps:
            raise UserError("look.first", "the classifier has no attention map", "Choose another attention source, e.g. cam.")
        return next(iter(self.maps.values()))
