"""What we wrote ourselves beside what libraries offer for it: are the results the same, which is nearer to the truth, what does each cost?

    uv run --with pycocotools --with scikit-image python benchmarks/libraries.py --json libraries.json

Seconds are processor time on one thread, the median over rounds, in which all ways run in turn. Libraries that cannot be imported are left
out with a note.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.ndimage import binary_dilation, binary_erosion
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.classifier import build
from sightline.data.inpaint import inpaint
from sightline.data.sets.rle import mask_of, runs_of
from sightline.engine.files import write_json
from sightline.explain.gradient import SAMPLES, SPREAD, input_gradient, integrated_gradients, smoothgrad
from sightline.explain.kernel_shap import kernel_shap
from sightline.explain.lrp import lrp
from sightline.explain.occlusion import occlusion
from sightline.explain.reference import mean_colour
from sightline.recipe import recipe_from

SIDE, PATCH = 128, 16
TARGET = torch.tensor([1])


def seconds(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median processor time of each, after one round that warms up."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, work in ways.items():
            begin = time.process_time()
            work()
            if turn:
                taken[name].append(time.process_time() - begin)
    return {name: statistics.median(values) for name, values in taken.items()}


def compared(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> dict[str, float]:
    """Largest difference as a share of the largest value, and the time of both."""
    a, b = (np.asarray(found, dtype=float) for found in (ours(), theirs()))
    return {"difference": float(np.abs(a - b).max() / np.abs(b).max())} | seconds({"ours": ours, "theirs": theirs}, rounds)


def explanations(rounds: int) -> dict[str, Any]:
    """Against captum, on a ResNet18 from scratch."""
    attr = import_module("captum.attr")
    torch.manual_seed(0)
    network = build(recipe_from({"name": "bench", "backbone": {"name": "resnet18"}}, where="bench"), 3).eval()
    images = torch.rand(1, 3, SIDE, SIDE)
    plain, step = mean_colour(images).expand_as(images), PATCH // 2
    windows = {"baselines": 0.5, "target": TARGET, "perturbations_per_eval": 32}

    def noisy() -> Tensor:
        torch.manual_seed(0)  # on the CPU the noise is then the same
        deviation = SPREAD * float(images.max() - images.min())
        noise = {"nt_samples": SAMPLES, "nt_samples_batch_size": 8, "stdevs": deviation, "target": TARGET, "abs": False}
        return attr.NoiseTunnel(attr.Saliency(network)).attribute(images, **noise).abs().amax(1, keepdim=True)

    def slopes() -> Tensor:
        return attr.Saliency(network).attribute(images.clone().requires_grad_(), target=TARGET).amax(1, keepdim=True)

    def integrated() -> Tensor:
        found = attr.IntegratedGradients(network).attribute(images, plain, target=TARGET, n_steps=50, internal_batch_size=8)
        return found.sum(1, keepdim=True).detach()

    def covered() -> Tensor:
        return attr.Occlusion(network).attribute(images, (3, PATCH, PATCH), (3, step, step), **windows)[:, :1]

    return {
        "occlusion": compared(lambda: occlusion(network, images, TARGET, patch=PATCH, stride=step), covered, rounds),
        "gradient": compared(lambda: input_gradient(network, images, TARGET), slopes, rounds),
        "smoothgrad": compared(lambda: smoothgrad(network, images, TARGET), noisy, rounds),
        "integrated-gradients": compared(lambda: integrated_gradients(network, images, TARGET), integrated, rounds),
    }


class Small(nn.Module):
    """A network with ReLU whose last map is averaged by a layer, or by a function as in most networks."""

    def __init__(self, *, layers_only: bool) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first, self.bent, self.second, self.also = nn.Conv2d(3, 16, 5, 2), nn.ReLU(), nn.Conv2d(16, 32, 3, 2), nn.ReLU()
        self.last = nn.Linear(32, 2)
        if layers_only:
            self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.also(self.second(self.bent(self.first(x))))
        return self.last(self.pool(x).flatten(1) if hasattr(self, "pool") else x.mean((2, 3)))


def relevance() -> dict[str, float]:
    """Captum's LRP beside the gradient times the input, which its default rule is for such networks."""
    attr = import_module("captum.attr")
    images, found = torch.rand(1, 3, 36, 36), {}
    for layers_only in (True, False):
        network = Small(layers_only=layers_only).eval()
        inputs = images.clone().requires_grad_()
        (slope,) = torch.autograd.grad(network(inputs)[:, 1].sum(), inputs)
        truth = (images * slope).sum(1, keepdim=True)
        theirs = attr.LRP(network).attribute(inputs, target=1).sum(1, keepdim=True).detach()
        ours = lrp(network, images, TARGET, gamma=0)
        place = "mean as a layer" if layers_only else "mean as a function"
        found |= {f"captum, {place}": near(theirs, truth), f"ours, {place}": near(ours, truth)}
    return found


def near(found: Tensor, truth: Tensor) -> float:
    """Distance as a share of the length of the truth."""
    return float((found - truth).norm() / truth.norm())


def shapley(seeds: int) -> dict[str, float]:
    """Error of 64 Shapley values from 512 calls, relative to what 60,000 calls give."""
    attr = import_module("captum.attr")
    network, images, grid = Small(layers_only=True).eval(), torch.rand(1, 3, 40, 40), 8
    for weights in network.parameters():
        weights.data *= 2  # bends more
    truth = kernel_shap(network, images, TARGET, grid=grid, samples=60_000).flatten()
    place = torch.arange(40) * grid // 40
    cell_of = (place[:, None] * grid + place).expand(1, 3, -1, -1)
    errors = []
    for seed in range(seeds):
        torch.manual_seed(seed)
        asked = {"n_samples": 512, "perturbations_per_eval": 32, "return_input_shape": False, "feature_mask": cell_of}
        found = attr.KernelShap(network).attribute(images, mean_colour(images).expand_as(images), target=1, **asked)
        errors.append(near(found.flatten(), truth))
    return {"ours": near(kernel_shap(network, images, TARGET, grid=grid).flatten(), truth), "captum": statistics.mean(errors)}


def run_lengths(rounds: int) -> dict[str, float]:
    """Fifty random masks of 640 x 480, compressed as COCO does."""
    masks = import_module("pycocotools.mask")
    rng = np.random.default_rng(0)
    fields = torch.tensor(rng.normal(size=(50, 1, 12, 16)))
    drawn = (F.interpolate(fields, (480, 640), mode="bilinear")[:, 0] > 0).numpy().astype(np.uint8)
    coded = [masks.encode(np.asfortranarray(mask)) for mask in drawn]
    texts = [one["counts"].decode() for one in coded]
    ours = lambda: np.stack([mask_of(runs_of(text), (480, 640), "") > 0 for text in texts])  # noqa: E731
    return compared(ours, lambda: np.stack([masks.decode(one) for one in coded]), rounds)


def pictures(rounds: int) -> dict[str, Any]:
    """The outline of a region, and painting it out, against scikit-image."""
    segmentation, restoration = import_module("skimage.segmentation"), import_module("skimage.restoration")
    rows, columns = np.mgrid[:256, :256]
    region = (rows - 120) ** 2 + (columns - 130) ** 2 < 40**2
    smooth = 128 + 60 * np.sin(rows / 60) + 40 * np.cos(columns / 45)
    image = (smooth[..., None] + np.random.default_rng(0).normal(0, 3, (256, 256, 3))).clip(0, 255).astype(np.uint8)

    def lines() -> np.ndarray:
        return (binary_dilation(region) & ~region) | (region & ~binary_erosion(region))

    def theirs() -> np.ndarray:
        return restoration.inpaint_biharmonic(image, region, channel_axis=-1) * 255

    def error(filled: np.ndarray) -> float:
        return float(np.abs(filled.mean(2) - smooth)[region].mean())

    filled = seconds({"ours": lambda: inpaint(image, region), "theirs": theirs}, rounds)
    quality = {"grey levels off, ours": error(inpaint(image, region)), "theirs": error(theirs())}
    return {
        "outline": compared(lines, lambda: segmentation.find_boundaries(region, mode="thick"), rounds),
        "inpainting": filled,
        "inpainting: error": quality,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "explanations, against captum": lambda: explanations(arguments.rounds),
        "error of LRP with the epsilon rule": relevance,
        "error of Shapley values": lambda: shapley(arguments.rounds),
        "run-length codes, against pycocotools": lambda: run_lengths(arguments.rounds),
        "pictures, against scikit-image": lambda: pictures(arguments.rounds),
    }
    result: dict[str, dict[str, Any]] = {}
    for title, work in parts.items():
        try:
            result[title] = work()
        except ImportError as error:
            print(f"left out: {title} ({error})")
            continue
        print(title)
        for name, figures in result[title].items():
            said = figures if isinstance(figures, dict) else {"": figures}
            print(f"  {name:32s}", *(f"{key} {value:.3g}" for key, value in said.items()))
    if arguments.json:
        write_json(arguments.json, result)


if __name__ == "__main__":
    main()
