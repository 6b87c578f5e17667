"""Which images to annotate next, annotations that were written for other programs, and drawn images that were written as files."""

from __future__ import annotations

from sightline.results.base import Count, Number, Result


class ChosenImage(Result):
    """An image to annotate next: a row of `next.csv`.

    Attributes:
        rank: 1 is the first to annotate.
        id: its name in the data set.
        image: its file, relative to the folder of the data, as in the file of reviews; the id of a drawn picture.
        label, group: its class; its patient or lesion, empty where none is given.
        predicted, probability: the class that the run decides for, and its probability.
        entropy: of the prediction, in bits.
        spread: of the attention map, from 0 (one place) to 1 (everywhere); None without maps.
        score: by which it was ranked.
    """

    rank: Count
    id: str
    image: str
    label: str
    group: str
    predicted: str
    probability: float
    entropy: float
    spread: Number
    score: float


class NextAnnotations(Result):
    """What `sl.annotate_next` chose.

    Attributes:
        by: the criterion.
        annotated, unknown: number of training images that had an annotation, and that had none.
        chosen: the images, the first to annotate first.
        files: `next.csv`, `annotated.csv` and `next.png`.
    """

    by: str
    annotated: Count
    unknown: Count
    chosen: list[ChosenImage]
    files: list[str]


class WrittenAnnotations(Result):
    """What `sl.convert` wrote.

    Attributes:
        format: one of `coco`, `labelme`, ...
        out: the file or folder.
        files: how many files were written; links to pictures do not count.
        images, unknown: number of images, and of those without annotation.
        notes: what the format does not hold, and how to read it again, one sentence each.
    """

    format: str
    out: str
    files: Count
    images: Count
    unknown: Count
    notes: list[str]


class DrawnFiles(Result):
    """What `sl.draw` wrote.

    Attributes:
        data: name of the data set.
        out: the folder.
        images: number of pictures of all splits.
        files: how many files were written.
        tables: name of a table, without its ending -> number of its images.
        settings: what a training on the tables has to be told, e.g. `data.kind=ultrasound`.
    """

    data: str
    out: str
    images: Count
    files: Count
    tables: dict[str, Count]
    settings: list[str]
