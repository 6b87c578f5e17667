"""What a check of a data set found: what it holds, what a training would refuse, and what else to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, Self, TypeVar

from sightline.results.base import Count, Number, Result

SHOWN = 20  # entries of each list that are printed
How = Literal["", "turned", "cropped"]
T = TypeVar("T")


class Listed(Result, Generic[T]):
    """A list: `number` of entries, the `first` ones, which are printed, and `all`."""

    number: Count
    first: list[T]
    all: list[T]

    @classmethod
    def listing(cls, entries: Sequence[T], **fields: Any) -> Self:
        """The list of these entries, with the further fields of a list of its kind."""
        return cls(number=len(entries), first=list(entries[:SHOWN]), all=list(entries), **fields)


class Part(Result):
    """A part of the official layout of a data set: a glob `pattern`, what it `holds`, how many `files` of it are there."""

    pattern: str
    holds: str
    files: Count


class Problems(Listed[str]):
    """Everything that a training would refuse; `grouped`: problems of one kind in one line."""

    grouped: list[str]


class Leak(Result):
    """Two images that are not independent.

    Attributes:
        kind: the strongest that holds of same file, same pixels, near-duplicate; same group stands beside it.
        a, b: ids; `split_a`, `split_b`, `label_a`, `label_b` likewise.
        similarity: correlation of the thumbnails; 1 of an exact leak.
        exact: certain, not a matter of a threshold.
        how: of a near-duplicate: one is the other `turned` (or flipped), or `cropped`, perhaps turned as well.
    """

    kind: Literal["same file", "same pixels", "near-duplicate", "same group"]
    a: str
    b: str
    split_a: str
    split_b: str
    label_a: str
    label_b: str
    similarity: float
    exact: bool
    how: How = ""


class Leaks(Listed[Leak]):
    """Leaks between splits; `kinds`: kind -> their number."""

    kinds: dict[str, int]


class NearDuplicates(Result):
    """How many groups of images look nearly the same, and how many images these groups have."""

    groups: Count
    images: Count


class AcrossClasses(Result):
    """Two images that look nearly the same and have different labels; see `Leak`."""

    a: str
    b: str
    similarity: float
    how: How
    label_a: str
    label_b: str


class Shortcut(Result):
    """How well one fact alone predicts the class.

    Attributes:
        fact: its name.
        n: images that have it.
        auc: of two classes, the better of both directions; of more, the mean over the classes, each against the rest.
        low, high: bounds that hold for all facts together; None where there are too few images.
        p: of a permutation of the labels, patients together; None where it cannot be computed.
        p_holm: corrected for all facts.
        found: the interval lies above .5, and `p_holm` is at most .05.
        said: the same as a sentence.
    """

    fact: str
    n: Count
    auc: Number
    low: Number
    high: Number
    p: Number
    p_holm: Number
    found: bool
    said: str


class Shortcuts(Listed[Shortcut]):
    """The facts that predict the class, and `facts`, all that were tried, on so many `images`; `of`: which images these are, in words."""

    images: Count
    of: str
    facts: list[Shortcut]


class FindingCounts(Result):
    """Number of images in which a finding is present, absent, or unknown, and in which its place is marked."""

    present: Count
    absent: Count
    unknown: Count
    marked: Count


class ReaderAgreement(Result):
    """How well two readers agree, over the training and validation images that both outlined.

    Attributes:
        a, b: the readers.
        images: number of images.
        dice: mean of 2 |A and B| / (|A| + |B|) of each image.
        kappa: mean of Cohen's kappa of the pixels of each image; None where chance alone explains all agreement.
    """

    a: str
    b: str
    images: Count
    dice: float
    kappa: Number


class Reviews(Result):
    """What became of the reviews in `data.reviews`; lists hold ids of images.

    Attributes:
        file: the file.
        reviews: number of reviews: the last one of each reader on each image.
        images: number of training and validation images that were reviewed; reviewers: by whom.
        outlined: images whose annotation comes from readers; `merged`: from several of them.
        disjoint: their readers' outlines leave no common region, so that the annotation stays as it was.
        avoiding: found wrong, with a place to avoid from now on; `placeless`: without, since none is recorded outside of the annotation.
        unusable: left out.
        doubted: of which the label is doubted.
        of_test: of splits that reviews do not change; `unused`: images that are not in the training.
        agreement: of each two readers.
    """

    file: str
    reviews: Count
    images: Count
    reviewers: list[str]
    outlined: list[str]
    merged: list[str]
    disjoint: list[str]
    avoiding: list[str]
    placeless: list[str]
    unusable: list[str]
    doubted: list[str]
    of_test: list[str]
    unused: list[str]
    agreement: list[ReaderAgreement]


class DataReport(Result):
    """What `sl.check` found.

    Attributes:
        layout: which parts of the official layout of the data set are there; empty where it has none.
        name, root: of the data set; recipe: that would be trained.
        notes: how the data were read, one sentence each.
        images, classes, sizes, splits: number of images; by class; by split; by split and class.
        left_out: label -> number of images that belong to no class.
        problems: everything that a training would refuse.
        remarks: what to look at.
        leaks: between splits.
        annotations: kind of annotation -> number of images; `unknown`: without any.
        known: number of images whose region of interest is known.
        median_roi_area: share of the image, of the regions that are not empty.
        regions: name of a further region -> number of images.
        avoid: number of images with a place where not to look.
        groups: number of patients or lesions.
        grey: which deep greys become black and white.
        owners_split: the split is that of whoever distributes the data.
        near_duplicates: of the whole data set; `near_duplicates_across_classes`: pairs of different labels.
        findings: finding -> in how many images it is; empty where images have one class each.
        shortcuts: simple facts that predict the class; None where they were not tried.
        reviews: what became of `data.reviews`; None without.
    """

    layout: list[Part] = []
    name: str
    root: str | None
    recipe: str
    notes: list[str]
    left_out: dict[str, int]
    splits: dict[str, dict[str, int]]
    sizes: dict[str, int]
    problems: Problems
    remarks: Listed[str]
    leaks: Leaks
    findings: dict[str, FindingCounts]
    images: Count
    classes: dict[str, int]
    annotations: dict[str, int]
    known: Count
    median_roi_area: Number
    regions: dict[str, int]
    avoid: Count
    groups: Count
    grey: tuple[float, float] | None
    owners_split: bool
    near_duplicates: NearDuplicates
    near_duplicates_across_classes: Listed[AcrossClasses]
    shortcuts: Shortcuts | None = None
    reviews: Reviews | None = None
