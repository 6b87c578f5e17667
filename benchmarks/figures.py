"""Every figure of the papers on the phantom: the pictures of `docs/figures.md`.

    uv run python benchmarks/figures.py
    uv run python benchmarks/figures.py --only diagram --only diagram-spn

Trains thirteen small runs (about six minutes on two cores; finished ones in `--runs` are kept) and draws each figure that
`sightline figure` knows into docs/figures; with `--only` those pictures, and the runs that they show. The runs are far too short to say
anything about the methods.
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from PIL import Image

from sightline import catalog
from sightline.data.reading import read
from sightline.engine.evaluate import evaluate
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.explain.figure.kind import Options
from sightline.explain.style import STYLE
from sightline.recipe import load_recipe

HERE = Path(__file__).parents[1] / "docs" / "figures"
SHARED: dict[str, Any] = {
    "data.name": "phantom",
    "data.image_size": 96,
    "data.options": {"size": 96, "train": 240, "val": 40, "test": 60},
    "data.augment": {"flip_x": 0.5, "flip_y": 0.5, "rotate90": True},
    "backbone": {"name": "resnet10t", "stride": 8},
    "train.epochs": 8,
    "train.batch_size": 16,
    "train.optimizer": {"name": "adam", "lr": 0.003},
    "train.schedule": {"name": "one_cycle"},
    "train.early_stop": None,
    "train.select": "last",
    "evaluate.bootstrap": 300,
    "evaluate.splits": ["val", "matched", "flipped"],
    "evaluate.point_into": {"nevus": ["lesion"], "melanoma": ["lesion"]},
}
GATES = {
    "backbone.stride": 16,
    "attention.taps": ["stride:4", "stride:8"],
    "losses.guidance.0.weight": 0.3,
    "losses.guidance.1.weight": 0.3,
}
CHESTS = {  # to be counted, not looked at: a third shows pneumonia, a quarter of the annotations is used
    "data.name": "phantom_cxr",
    "data.task": "pneumonia",
    "data.image_size": 48,
    "data.options": {"size": 48, "train": 240, "val": 60, "test": 90, "annotation": "mask"},
    "data.balance": "oversample",
    "data.annotated_fraction": 0.25,
    "train.epochs": 1,
    "evaluate.splits": ["val"],
    "evaluate.point_into": {},
}
ARMS: dict[str, tuple[str, dict[str, Any]]] = {
    "label-only": ("label-only", {"data.balance": "oversample"}),
    "guided": ("demo-guided", {}),
    "gates": ("gates", GATES),
    "decoder": ("decoder", {"data.annotated_fraction": 0.25}),
    "ggcam": ("ggcam", {"train.lr_factors": {"losses": 20}}),
    "chests": ("label-only", CHESTS),
}
SEEDS = ["label-only", "label-only-1", "label-only-2", "guided", "guided-1", "guided-2", "ggcam", "ggcam-1", "ggcam-2"]
PLAN: dict[str, tuple[str, list[str], Options]] = {  # file -> figure, runs, options
    "diagram": ("diagram", [], Options(recipes=("gain", "ggcam-baseline", "ggcam"))),
    "diagram-spn": ("diagram", [], Options(recipes=("spn", "spn-code"))),
    "diagram-attnmel": ("diagram", [], Options(recipes=("attnmel-lesion",))),
    "class-histogram": ("class-histogram", ["chests"], Options()),
    "samples": ("samples", ["guided"], Options(images=4)),
    "regions": ("regions", ["guided"], Options(images=5)),
    "pseudo-masks": ("pseudo-masks", ["pseudo"], Options(images=2)),
    "focal-loss": ("focal-loss", ["gates"], Options()),
    "loss-curve": ("loss-curve", ["label-only", "guided", "decoder"], Options()),
    "weights": ("weights", ["ggcam"], Options()),
    "roc": ("roc", ["label-only", "guided", "gates", "decoder"], Options(split="flipped")),
    "box-plots": ("box-plots", SEEDS, Options(split="flipped")),
    "positives": ("positives", ["guided"], Options(split="matched", images=3)),
    "positives-jet": ("positives", ["guided"], Options(split="matched", images=3, colours="jet")),
    "attention-grid": ("attention-grid", ["label-only", "guided", "gates", "decoder"], Options(split="flipped", images=3)),
    "saliency": ("saliency", ["guided", "label-only"], Options(split="flipped", images=3)),
    "masks": ("masks", ["decoder", "guided"], Options(split="matched", images=3)),
    "class-maps": ("class-maps", ["label-only", "guided", "ggcam", "decoder"], Options(split="matched")),
    "map-values": ("map-values", ["label-only", "guided", "ggcam"], Options(split="matched")),
    "feature-maps": ("feature-maps", ["label-only"], Options(split="matched", images=3, units=("2/5", "4/11", "6/20", "7/28"))),
}


def run_named(name: str, folder: Path) -> Run:
    """An arm, `ARM-SEED`, or `pseudo`; trained if it is not there."""
    if name == "pseudo":
        pseudo = {"data.roi.pseudo": str(blurred_masks(folder / "pseudo")), "train.epochs": 1}
        return fitted(folder / "pseudo-guided", "demo-guided", SHARED | pseudo)
    arm, seed = (name[:-2], int(name[-1])) if name[-1].isdigit() else (name, 0)
    recipe, own = ARMS[arm]
    return fitted(folder / name, recipe, SHARED | own | {"train.seed": seed})


def fitted(folder: Path, recipe: str, settings: dict[str, Any]) -> Run:
    """The run, from its folder if it is there."""
    if (folder / "metrics.json").is_file():
        return Run(folder)
    run = train(load_recipe(recipe, settings), folder, resume=True)
    evaluate(run)
    return run


def blurred_masks(folder: Path) -> Path:
    """Masks of half the training images, shifted and rough as a weak segmenter's would be: here only to be looked at."""
    records = [r for r in read(load_recipe("demo-guided", SHARED).data).records if r.split == "train"][::2]
    rng = np.random.default_rng(0)
    (folder / "masks").mkdir(parents=True, exist_ok=True)
    for record in records:
        mask = Image.fromarray(record.annotations[0].source.draw())  # type: ignore[union-attr]
        dx, dy = rng.integers(-5, 6, 2).tolist()
        coarse = mask.rotate(0, translate=(dx, dy)).resize((14, 14), Image.Resampling.BILINEAR)
        coarse.resize(mask.size, Image.Resampling.BILINEAR).save(folder / "masks" / f"{record.id}.png")
    with (folder / "pseudo.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "kept"), *((record.id, 1) for record in records)])
    return folder


def with_palette(picture: Image.Image) -> Image.Image:
    """In 256 colours, dithered: half as large, and it is not seen. White stays white."""
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(picture.quantize(255, kmeans=6).getpalette() or [])[: 3 * 255], 255, 255, 255])
    indices = np.array(picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG))
    indices[(np.asarray(picture) == 255).all(axis=2)] = 255
    small = Image.fromarray(indices).convert("P")
    small.putpalette(palette.getpalette() or [])
    return small


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("runs/figures"), help="where the runs are kept")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the pictures")
    parser.add_argument("--only", action="append", choices=PLAN, metavar="NAME", help="only these pictures; repeatable")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    total = 0
    for file in arguments.only or PLAN:
        name, names, options = PLAN[file]
        several = [run_named(one, arguments.runs) for one in names]
        buffer = io.BytesIO()
        with rc_context(STYLE):
            catalog.find("figure", name)(several, options).savefig(buffer, dpi=115)
        small = with_palette(Image.open(buffer).convert("RGB"))
        path = arguments.out / f"{file}.png"
        small.save(path, optimize=True)
        total += path.stat().st_size
        print(f"{file}: {path.stat().st_size / 1024:.0f} KiB")
    print(f"together {total / 1024**2:.2f} MiB")


if __name__ == "__main__":
    main()
