"""`sl.data`, `sl.check`, `sl.convert` and `sl.draw`: a data set, read, looked through and divided, or written as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.engine.prepare import prepare
from sightline.errors import UserError, nearest
from sightline.face.bounds import bounded
from sightline.face.settings import placed
from sightline.overrides import override
from sightline.paths import expanded
from sightline.recipe import Recipe, load_recipe, recipe_from
from sightline.results.annotations import DrawnFiles, WrittenAnnotations
from sightline.results.data_check import DataReport


@dataclass(frozen=True)
class DataSets(Mapping[str, ImageDataset]):
    """A data set that was read, checked and divided into splits.

    Attributes:
        splits: name -> images; also `sets.train`, `sets.val`, `sets.test` and `sets["matched"]`.
        classes: in the order of the logits.
        notes: how the data were read, one sentence each.
        warnings: problems that do not prevent a training, such as near-duplicates in two splits.
    """

    splits: Mapping[str, ImageDataset]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> ImageDataset:
        if name not in self.splits:
            raise UserError(f"split {name!r}", "is not in these data", nearest(name, self.splits))
        return self.splits[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.splits)

    def __len__(self) -> int:
        return len(self.splits)

    @property
    def train(self) -> ImageDataset:
        return self["train"]

    @property
    def val(self) -> ImageDataset:
        return self["val"]

    @property
    def test(self) -> ImageDataset:
        return self["test"]


def data(name: str, root: str | Path | None = None, **settings: Any) -> DataSets:
    """Reads a data set, checks it for everything that would spoil a training, and divides it into splits.

    >>> import sightline as sl
    >>> sets = sl.data("phantom", image_size=32, options={"size": 64, "train": 8, "val": 8, "test": 4})
    >>> sorted(sets), sets.classes
    (['flipped', 'matched', 'removed', 'train', 'val'], ('nevus', 'melanoma'))
    >>> sets.train.loader(batch_size=4).dataset[0].image.shape
    torch.Size([3, 32, 32])

    Args:
        name: name of the reader, as in `sightline data check`: `folder`, `table`, `coco`, `isic2017`, ...
        root: folder or file of the data set.
        settings: settings of `sightline.config.Data`, e.g. `image_size=224`, `split={"val": 0.2}`, `options={...}` for the reader.

    Raises:
        UserError: an unknown reader or setting; data that a training would refuse, such as leaks or a class without training images.
    """
    tree = {"name": "data", "data": {"name": name, "root": None if root is None else str(root)} | settings}
    found = prepare(recipe_from(tree, where="sl.data"))
    return DataSets(found.datasets, found.classes, found.notes, tuple(found.warnings))


def check(
    data: str,
    root: str | Path | None = None,
    *,
    recipe: Recipe | str | Path | None = None,
    say: Callable[[str], None] = lambda line: None,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> DataReport:
    """Everything that a training would refuse, and what the data hold, without stopping at the first problem.

    >>> import sightline as sl
    >>> check = sl.check("phantom", image_size=32, options={"size": 64, "train": 8, "val": 8, "test": 4})
    >>> check.problems.number, check.images
    (0, 28)

    Args:
        data, root: see `sightline.data`.
        recipe: that is to be trained, its name, or a YAML file; None: a training on labels alone.
        say: told at once which parts of the official layout are there, which explains why reading fails.
        progress: called with (done, all) while images are looked through.
        settings: as for `sightline.data`, also dotted; those of other sections of the recipe by their whole names, e.g.
            `**{"train.select": "val/loss"}`.

    Returns:
        `problems.all` lists what is wrong, `shortcuts.all` the simple facts that predict the class.

    Raises:
        UserError: an unknown reader, recipe or setting, or nothing at `root`.
    """
    from sightline.audit.shortcuts import screen
    from sightline.data.check import CHECK, layout, layout_lines
    from sightline.data.check import check as look

    given = {key if key.split(".")[0] in Recipe.model_fields else f"data.{key}": value for key, value in settings.items()}
    base = Recipe(name=CHECK, data=Data(name=data)) if recipe is None else recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    asked = recipe_from(override(base.model_dump(mode="json"), placed(base, data, root) | given), where="settings").check()
    place = asked.data.root
    if place is not None and not place.exists():
        raise UserError(place, "no such file or folder", "Give the place of the data set with `root=...`.")
    parts = layout(asked.data.name, place)
    for line in layout_lines(asked.data.name, parts):
        say(line)
    return look(asked, progress, screen).but(layout=parts)


def convert(
    data: str, root: str | Path | None = None, *, to: str, out: str | Path, overwrite: bool = False, **settings: Any
) -> WrittenAnnotations:
    """Writes the annotations of a data set in the format of another program. Pictures are named by their paths, and never copied.

    Args:
        data, root, settings: see `sightline.data`; the settings that matter are `classes`, `task`, `options`, `mask` and `annotated_on`.
        to: `coco`, `via`, `labelstudio`, `cvat` (one file each), `labelme`, `yolo` or `dicom_seg` (a folder).
        out: that file or folder. In the folder of the images, the names of pictures in it are short, and stay true if the folder is moved.
        overwrite: replace an earlier file; a folder is never replaced.

    Raises:
        UserError: an unknown reader, setting or format; data that cannot be read; a place that is not free.
    """
    from sightline.data.reading import read
    from sightline.engine.annotation_files import write_annotations

    place = {} if root is None else {"root": str(expanded(Path(root)).resolve())}
    given = {key.removeprefix("data."): value for key, value in settings.items()}
    tree = {"name": "convert", "data": override(Data(name=data).model_dump(mode="json"), place | given)}
    found = read(recipe_from(tree, where="settings").data, least=1)
    written = write_annotations(found.records, to, expanded(Path(out)), classes=found.classes, overwrite=overwrite)
    return written.but(notes=[*found.notes, *written.notes])


@bounded(images=(4, None), size=(32, None))
def draw(
    data: str,
    out: str | Path,
    *,
    images: int | None = None,
    size: int | None = None,
    annotation: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    **options: Any,
) -> DrawnFiles:
    """Writes a built-in drawn data set as files, as images of one's own lie on the disk, to be read with `table`.

    The folder gets `images/`, `table.csv` for training, validation and test, a table for each further test set (`flipped.csv`,
    `removed.csv`), masks or gaze files where the annotation is of that kind, and `README.txt`.

    Args:
        data: `phantom`, `phantom_cxr`, `phantom_ultrasound` or `phantom_findings`.
        out: folder; it must be empty or not there yet.
        images: number of training images; the other splits are in proportion. None: as the data set has them.
        size: side of a picture in pixels; None: as the data set has it.
        annotation: `mask`, `box`, `polygon` or `gaze`, as far as the data set has it; None: its usual one.
        progress: called with (done, all) after each image.
        options: further options of the data set, such as `correlation=0.5`; see `sightline.data`.

    Raises:
        UserError: an unknown data set or option; a folder that is not empty.
    """
    from sightline.engine.drawn_files import write_drawn

    place = expanded(Path(out))
    given = {key.removeprefix("data.").removeprefix("options."): value for key, value in options.items()}
    return write_drawn(data, place, images=images, size=size, annotation=annotation, options=given, progress=progress)
