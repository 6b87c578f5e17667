"""One training of `first_training.py` by one tool: on the images that it is given, to probabilities of validation and test images."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sightline.engine.prepare import prepare
from sightline.engine.run import Run
from sightline.recipe import Recipe, load_recipe

Answers = dict[str, dict[str, list[Any]]]  # split -> ids, labels, scores (probability of the positive class)


@dataclass(frozen=True)
class Cell:
    """What a training needs to know."""

    data: str
    root: Path
    backbone: str
    weights: Path
    epochs: int
    size: int
    seed: int
    device: str
    preset: str = "good"
    settings: tuple[str, ...] = ()

    def shared(self) -> dict[str, Any]:
        """The settings that decide which images are used, and how they are divided: the same for every tool and seed."""
        busi = self.data == "busi"
        # of ISIC 2017 two thirds are for the test, which makes it the surer, and leaves 430 images for training
        split = {"data.split.owner": False, "data.split.val": 0.15, "data.split.test": 0.3 if busi else 0.65, "data.leaks": "drop"}
        split["data.split.near_duplicates"] = busi
        return {"data.name": self.data, "data.root": str(self.root), "data.image_size": self.size} | split

    def recipe(self) -> Recipe:
        """Of a training on labels alone."""
        return load_recipe("label-only", self.shared())

    def torch_device(self) -> torch.device:
        """Where the other tools compute."""
        return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if self.device == "auto" else self.device)


@dataclass(frozen=True)
class Division:
    """The images of every split: paths, class numbers, ids."""

    paths: dict[str, list[Path]]
    labels: dict[str, list[int]]
    ids: dict[str, list[str]]

    def answers(self, scores: dict[str, np.ndarray]) -> Answers:
        """What is kept of the scores."""
        return {name: {"ids": self.ids[name], "labels": self.labels[name], "scores": [float(s) for s in scores[name]]} for name in scores}


def division(cell: Cell) -> Division:
    """As sightline divides the images."""
    made = prepare(cell.recipe())
    records = {name: data.records for name, data in made.datasets.items()}
    return Division(
        {name: [Path(str(r.image)) for r in some] for name, some in records.items()},
        {name: [int(label) for label in data.labels] for name, data in made.datasets.items()},
        {name: [r.id for r in some] for name, some in records.items()},
    )


def patients_of(cell: Cell) -> dict[str, str]:
    """Image -> patient, or group of images that look alike; an image without one is a group of its own."""
    return {row["id"]: row["group"] or row["id"] for row in prepare(cell.recipe()).table}


def by_sightline(cell: Cell) -> Answers:
    """The command that the README gives, with the budget as settings."""
    own = {"backbone.name": cell.backbone, "backbone.weights": str(cell.weights), "train.epochs": cell.epochs, "train.seed": cell.seed}
    pairs = [f"{key}={str(value).lower() if isinstance(value, bool) else value}" for key, value in (cell.shared() | own).items()]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sightline", "train", "label-only", "--preset", cell.preset, "--no-report"]
        command += ["--device", cell.device, "--runs", folder, "--name", "run"]
        subprocess.run([*command, *(word for pair in (*pairs, *cell.settings) for word in ("--set", pair))], check=True)
        said = Run(Path(folder) / "run").every_prediction()
    parts = {name: said[name] for name in ("val", "test")}
    return {n: {"ids": [*p.ids], "labels": p.labels.tolist(), "scores": p.probabilities[:, 1].tolist()} for n, p in parts.items()}


def by_fastai(cell: Cell) -> Answers:
    """`vision_learner` and `fine_tune` with the defaults of fastai (learning rates, batch size, augmentation, last epoch).

    One of the epochs is that in which the backbone is frozen. Images are squashed to their size, as for the other tools.
    """
    import pandas as pd
    from fastai.vision.all import CategoryBlock, DataBlock, ImageBlock, Resize, set_seed, vision_learner
    from fastai.vision.learner import ColReader, ColSplitter

    images = division(cell)
    set_seed(cell.seed, reproducible=True)
    rows = [
        (str(path), label, name == "val")
        for name in ("train", "val")
        for path, label in zip(images.paths[name], images.labels[name], strict=True)
    ]
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_x=ColReader("path"),
        get_y=ColReader("label"),
        splitter=ColSplitter("is_valid"),
        item_tfms=Resize(cell.size, method="squish"),
    )
    loaders = block.dataloaders(pd.DataFrame(rows, columns=["path", "label", "is_valid"]), num_workers=0, device=cell.torch_device())
    learner = vision_learner(loaders, cell.backbone, pretrained_cfg_overlay={"file": str(cell.weights)})
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(cell.epochs - 1)
        scores = {
            name: learner.get_preds(dl=loaders.test_dl(pd.DataFrame({"path": [str(p) for p in images.paths[name]]})))[0][:, 1].numpy()
            for name in ("val", "test")
        }
    return images.answers(scores)


def by_timm(cell: Cell) -> Answers:
    """A loop as in timm's `train.py`: its training transforms (random resized crop, flip, colour jitter), label smoothing 0.1, cosine with
    a warm-up, the epoch of the best validation accuracy. AdamW with a rate of 0.0005 and batches of 32, since the script's own defaults
    (SGD, 0.1) are for training on ImageNet from nothing."""
    import timm
    from timm.data import create_transform, resolve_data_config
    from timm.loss import LabelSmoothingCrossEntropy
    from timm.optim import create_optimizer_v2
    from timm.scheduler import CosineLRScheduler
    from torch.utils.data import DataLoader

    images, device = division(cell), cell.torch_device()
    torch.manual_seed(cell.seed)
    net = timm.create_model(cell.backbone, pretrained=True, num_classes=2, pretrained_cfg_overlay={"file": str(cell.weights)}).to(device)
    normal = resolve_data_config({}, model=net)
    shown = {"input_size": (3, cell.size, cell.size), "mean": normal["mean"], "std": normal["std"]}
    training = create_transform(**shown, is_training=True)
    plain = create_transform(**shown, crop_pct=1.0, crop_mode="squash")
    loaders = {
        name: DataLoader(_Pictures(images, name, training if name == "train" else plain), batch_size=32, shuffle=name == "train")
        for name in ("train", "val", "test")
    }
    optimizer = create_optimizer_v2(net, opt="adamw", lr=5e-4, weight_decay=0.05)
    steps = len(loaders["train"])
    schedule = CosineLRScheduler(optimizer, cell.epochs * steps, warmup_t=steps, warmup_lr_init=1e-6, t_in_epochs=False)
    loss_of, best, step = LabelSmoothingCrossEntropy(0.1), (-1.0, {}), 0
    for _ in range(cell.epochs):
        net.train()
        for x, y in loaders["train"]:
            schedule.step_update(step)
            optimizer.zero_grad()
            loss_of(net(x.to(device)), y.to(device)).backward()
            optimizer.step()
            step += 1
        scores = _scores(net, loaders["val"], device)
        accuracy = float(np.mean((scores > 0.5) == np.array(images.labels["val"])))
        if accuracy > best[0]:
            best = (accuracy, {name: tensor.clone() for name, tensor in net.state_dict().items()})
    net.load_state_dict(best[1])
    return images.answers({name: _scores(net, loaders[name], device) for name in ("val", "test")})


class _Pictures(torch.utils.data.Dataset[tuple[torch.Tensor, int]]):
    """A split's images, transformed."""

    def __init__(self, images: Division, split: str, transform: Callable[..., torch.Tensor]) -> None:
        self.paths, self.labels, self.transform = images.paths[split], images.labels[split], transform

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        from PIL import Image

        with Image.open(self.paths[index]) as picture:
            return self.transform(picture.convert("RGB")), self.labels[index]


@torch.no_grad()
def _scores(net: torch.nn.Module, loader: Any, device: torch.device) -> np.ndarray:
    net.eval()
    return torch.cat([net(x.to(device)).softmax(1)[:, 1].cpu() for x, _ in loader]).numpy()


TOOLS: dict[str, Callable[[Cell], Answers]] = {"sightline": by_sightline, "fastai": by_fastai, "timm": by_timm}
