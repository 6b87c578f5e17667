"""The file of reviews: what people said of images and of where a model looked, a JSON object on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sightline.data.sets.outlines import RunsMask
from sightline.errors import UserError
from sightline.refusals import in_words
from sightline.types import Annotation

REMEDY = "Correct the line, or remove it."
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)


class _Polygon(_Part):
    kind: Literal["polygon"]
    points: Annotated[tuple[tuple[Number, Number], ...], Field(min_length=3)]

    def annotation(self, review: _Line, where: str) -> Annotation:
        return Annotation("polygon", points=self.points, size=review.size, author=review.reviewer, made=review.at)


class _Box(_Part):
    kind: Literal["box"]
    box: tuple[Number, Number, Number, Number]

    def annotation(self, review: _Line, where: str) -> Annotation:
        return Annotation("box", points=(self.box,), size=review.size, author=review.reviewer, made=review.at)


class _Mask(_Part):
    kind: Literal["mask"]
    counts: str

    def annotation(self, review: _Line, where: str) -> Annotation:
        return Annotation("mask", _runs(self.counts, review.size, where), author=review.reviewer, made=review.at)


class _Line(_Part):
    """A line as it is written."""

    image: str = ""
    id: str
    reviewer: Annotated[str, Field(min_length=1)]
    at: str
    map: Literal["right", "wrong", "unsure"] | None = None
    label_doubted: bool = False
    unusable: bool = False
    size: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    shapes: tuple[Annotated[_Polygon | _Box | _Mask, Field(discriminator="kind")], ...] = ()
    looked: str | None = None


@dataclass(frozen=True)
class Review:
    """What one person said of one image last.

    Attributes:
        where: file and line, for messages.
        image: path of the image below the data set's folder.
        id: name of the image in the data set.
        reviewer: who said it; `at`: when.
        wrong: the model looked at the wrong place.
        doubted: the label is doubted.
        unusable: the image is not to be used.
        size: (H, W) of the image.
        shapes: where the finding is; empty: nothing was drawn.
        looked: where the model looked; None where that is not said.
    """

    where: str
    image: str
    id: str
    reviewer: str
    at: datetime
    wrong: bool
    doubted: bool
    unusable: bool
    size: tuple[int, int]
    shapes: tuple[Annotation, ...]
    looked: RunsMask | None


def read_reviews(file: Path) -> list[Review]:
    """The newest line of each person on each image, in the order of the images in the file.

    Raises:
        UserError: no such file, or a line that cannot be read.
    """
    newest: dict[tuple[str, str], Review] = {}
    for where, text in _lines(file):
        review = _read(text, where)
        before = newest.get((review.id, review.reviewer))
        if before is None or review.at >= before.at:
            newest[review.id, review.reviewer] = review
    return list(newest.values())


def nameless(file: Path) -> str:
    """The lines without comments and with numbers for names, for a run folder, which may be shared."""
    numbers: dict[str, str] = {}
    kept = []
    for _, text in _lines(file):
        line = {key: value for key, value in json.loads(text).items() if key in _Line.model_fields}
        line["reviewer"] = numbers.setdefault(line["reviewer"], f"reader {len(numbers) + 1}")
        kept.append(json.dumps(line) + "\n")
    return "".join(kept)


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """What each line is called in messages, and its text; empty lines are passed over."""
    try:
        lines = file.read_bytes().decode("utf-8-sig").split("\n")  # a comment may hold what `splitlines` takes for the end of a line
    except FileNotFoundError:
        raise UserError(file, "no such file", "Give `data.reviews` a file that the review app wrote.") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = f"cannot be read ({error.strerror if isinstance(error, OSError) else 'it is not UTF-8'})"
        raise UserError(file, reason, "Give `data.reviews` a file that the review app wrote.") from None
    yield from ((f"{file} line {number}", text) for number, text in enumerate(lines, start=1) if text.strip())


def _read(text: str, where: str) -> Review:
    try:
        line = _Line.model_validate(json.loads(text))
        at = datetime.fromisoformat(line.at)
    except ValidationError as error:
        key, reason, remedy = in_words(error)
        raise UserError(where, f"{key or 'the line'}: {reason}", f"{remedy} {REMEDY}") from None
    except ValueError as error:
        raise UserError(where, f"cannot be read ({error})", REMEDY) from None
    shapes = tuple(shape.annotation(line, where) for shape in line.shapes)
    return Review(
        where=where,
        image=line.image,
        id=line.id,
        reviewer=line.reviewer,
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        wrong=line.map == "wrong",
        doubted=line.label_doubted,
        unusable=line.unusable,
        size=line.size,
        shapes=shapes,
        looked=None if line.looked is None else _runs(line.looked, line.size, where),
    )


def _runs(counts: str, size: tuple[int, int], where: str) -> RunsMask:
    mask = RunsMask(where, size, counts)
    mask.draw()  # refuses runs that do not cover the image
    return mask


def by_image(reviews: Sequence[Review]) -> dict[str, list[Review]]:
    """Image id -> its reviews, each person's once."""
    found: dict[str, list[Review]] = {}
    for review in reviews:
        found.setdefault(review.id, []).append(review)
    return found
