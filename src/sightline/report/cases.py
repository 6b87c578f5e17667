"""The pictures of failures: cards that can be sorted, filtered and enlarged, each with the name of its image, and a table of all names."""

from __future__ import annotations

from dataclasses import dataclass

from sightline.engine.run import Run
from sightline.explain.run_pictures import columns, rows
from sightline.plural import count
from sightline.report.failures import KINDS, TRIED, Failure, Kind, failures
from sightline.report.pictures import Picture, picture

DRAWN: dict[Kind, int] = {"artefact": 16, "missing": 16, "sure": 16, "unsure": 16, "place": 12}  # pictures of a page that is still mailed


@dataclass(frozen=True)
class Card:
    """A failure with its pictures: image, annotation, and the first map."""

    number: int
    failure: Failure
    pictures: list[Picture]


@dataclass(frozen=True)
class Kept:
    """One kind of failure: its name, what it means, and how many images were found."""

    kind: Kind
    name: str
    meaning: str
    n: int


@dataclass(frozen=True)
class Cases:
    """What the page shows of failures.

    Attributes:
        kinds: those that were found.
        cards: the failures with pictures.
        every: all failures.
        classes: labels among them.
        note: what is not shown.
    """

    kinds: list[Kept]
    cards: list[Card]
    every: list[Failure]
    classes: list[str]
    note: str


def cases(run: Run, split: str) -> Cases:
    """The failures of a run on a split."""
    every = failures(run, split)
    by_kind = {kind: [one for one in every if one.kind == kind] for kind in KINDS}
    drawn = [one for kind, found in by_kind.items() for one in found[: DRAWN[kind]]]
    shown = rows(columns([run], split)[:1], split, [one.id for one in drawn]) if drawn else []
    cards = [Card(n, one, [picture(cell) for cell in row]) for n, (one, row) in enumerate(zip(drawn, shown, strict=True), start=1)]
    kinds = [Kept(kind, *KINDS[kind], len(found)) for kind, found in by_kind.items() if found]
    return Cases(kinds, cards, every, sorted({one.label for one in every}), _note(run, split, len(every), len(cards)))


def _note(run: Run, split: str, every: int, drawn: int) -> str:
    said = [f"Images of {split}; {run.decision.words(run.classes)}."]
    if every > drawn:
        said.append(f"Pictures are shown of {drawn} of the {count(every, 'image')}; the list below names all.")
    if run.scores[split].n > TRIED:
        said.append(f"Of the images that are rightly decided, {TRIED} were looked through for a map in the wrong place.")
    return " ".join(said)
