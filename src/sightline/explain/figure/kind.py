"""Common parts of all figures: their options, and checks of the runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from matplotlib.figure import Figure as Drawn
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sightline.engine.compare import common_split, other_than
from sightline.engine.run import Attention, Predictions, Run
from sightline.errors import UserError, nearest

Draw = Callable[[Sequence[Run], "Options"], Drawn]


@dataclass(frozen=True)
class Options:
    """What may be asked of a figure; each figure takes some of it. None and empty: as the figure likes.

    Attributes:
        split: of the images or scores.
        images: how many are shown.
        ids: the images that are shown, by name.
        label: class that is shown.
        colours: a name of `colours.SCHEMES`.
        units: LAYER/FILTER of feature maps.
        recipes: beside those of the runs, names or YAML files.
        stretch: show each map from its minimum to its maximum, see `overlay.display`.
    """

    split: str | None = None
    images: int | None = None
    ids: tuple[str, ...] = ()
    label: str | None = None
    colours: str | None = None
    units: tuple[str, ...] = ()
    recipes: tuple[str, ...] = ()
    stretch: bool = False

    @property
    def scheme(self) -> str:
        """The colours asked for, else the house's."""
        return self.colours or "default"


@dataclass(frozen=True)
class Kind:
    """A figure that can be drawn: `kind(runs, options)`.

    Attributes:
        draw: the function.
        paper: the papers' figures that it corresponds to.
        runs: how many runs it takes, at least and at most (None: any number).
        takes: the options that it heeds; others are refused.
    """

    draw: Draw
    paper: str
    runs: tuple[int, int | None]
    takes: frozenset[str]

    @property
    def line(self) -> str:
        """What it shows: the first line of the function's docstring."""
        return (self.draw.__doc__ or "").strip().split("\n")[0].rstrip(".")

    def __call__(self, runs: Sequence[Run], options: Options = Options()) -> Drawn:
        """Draws it.

        Raises:
            UserError: too few or too many runs, an option that it does not take, or runs that do not fit it.
        """
        name = self.draw.__name__.replace("_", "-")
        fewest, most = self.runs
        if len(runs) < fewest:
            raise UserError(f"figure {name}", f"needs {fewest} run{'s'[: fewest > 1]}, {len(runs)} given", "Give the folders of runs.")
        if most is not None and len(runs) > most:
            raise UserError(f"figure {name}", f"takes at most {most} run{'s'[: most > 1]}, {len(runs)} given", "Draw it for each of them.")
        given = [f.name for f in fields(options) if getattr(options, f.name) not in (None, (), False)]
        for option in given:
            if option not in self.takes:
                known = ", ".join(f"`{taken}=...`" for taken in sorted(self.takes)) or "no options"
                raise UserError(f"figure {name}", f"does not take `{option}=...`", f"It takes {known}.")
        if options.images is not None and options.images < 1:
            raise UserError(f"`images={options.images}`", f"{options.images} images cannot be shown", "Give 1 or more.")
        return self.draw(runs, options)


def kind(paper: str, *, runs: tuple[int, int | None] = (1, None), takes: str = "") -> Callable[[Draw], Kind]:
    """Makes a figure of a function.

    Args:
        paper, runs: see `Kind`.
        takes: names of the options, separated by blanks.
    """
    return lambda draw: Kind(draw, paper, runs, frozenset(takes.split()))


def layout() -> ConstrainedLayoutEngine:
    """Leaves room around everything, also at the border."""
    return ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)


def same_images(runs: Sequence[Run], options: Options) -> str:
    """The split that is shown, see `common_split`.

    Raises:
        UserError: there is none, or the runs differ in its images or in the classes.
    """
    split = common_split(runs, options.split)
    for run in runs[1:]:
        if reason := other_than(run, runs[0], split):
            raise UserError(run.path, reason, "Draw runs of one split of one data set together, and a figure for each data set.")
    return split


def attention(run: Run, split: str) -> Attention:
    """Where the run looked on `split`.

    Raises:
        UserError: it has no maps.
    """
    found = run.attention(split)
    if found is None:
        run.predictions(split)  # says so where the split was not evaluated at all
        reason = f"has no attention maps of split {split!r} (its attention source is {run.recipe.attention.name!r})"
        raise UserError(run.path, reason, "Give a run whose recipe has an attention source, such as cam, gradcam, gates or decoder.")
    return found


def asked(known: Sequence[str], options: Options, place: str) -> list[str]:
    """The images that were asked for by name; empty if none were.

    Raises:
        UserError: one is not among `known`.
    """
    for name in options.ids:
        if name not in set(known):
            raise UserError(f"image {name!r}", f"is not {place}", nearest(name, known))
    return list(options.ids)


def truth(said: Predictions) -> dict[str, int]:
    """Image -> its class."""
    return dict(zip(said.ids, said.labels.tolist(), strict=True))


def of_images(values: np.ndarray, ids: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Rows of `values` (N, ...), which belong to `ids`, in the order of `wanted`."""
    place = {name: i for i, name in enumerate(ids)}
    return values[[place[name] for name in wanted]]
