"""Cost of saying where a classifier looks, relative to a plain forward pass, interleaved in one run.

    uv run python benchmarks/explain_cost.py --json explain_cost.json
    uv run python benchmarks/explain_cost.py --backbone resnet18

The classifier is one backbone with GAP and a linear layer; all methods explain its last feature map. `one class`: the map of one class for
every image of the batch; `all classes`: the maps of all of them. Time is processor time, the median over rounds of ratios taken within a
round; memory is how much the process grows at its peak for one class, each method in a process of its own. Peers that cannot be imported
are left out with a note.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from timing import in_fresh_process, median_ratios, peak_growth
from torch import Tensor, nn

from sightline.attention.classifier import GuidedClassifier, build
from sightline.engine.files import write_json
from sightline.recipe import recipe_from

CLASSES = 7
PROMISED_TIME, PROMISED_MEMORY = 1.05, 1.2
Explain = Callable[[bool], object]  # whether all classes are explained


def classifier(backbone: str, source: str) -> GuidedClassifier:
    """From scratch: what is computed does not depend on the weights."""
    torch.manual_seed(0)
    return build(
        recipe_from({"name": "bench", "backbone": {"name": backbone}, "attention": {"name": source}}, where="bench"), CLASSES
    ).eval()


def ours(source: str, backbone: str, images: Tensor) -> Explain:
    found, target = classifier(backbone, source), torch.arange(len(images)) % CLASSES

    @torch.no_grad()
    def explain(every: bool) -> object:
        return found.look(images, target, every=every)

    return explain


def ours_by_gradient(backbone: str, images: Tensor) -> Explain:
    """Grad-CAM when nothing is known about the head: run backwards from the scores to the last map."""
    found, target = classifier(backbone, "gradcam"), torch.arange(len(images)) % CLASSES
    found.head.class_weights = lambda: None  # type: ignore[method-assign]

    @torch.no_grad()
    def explain(every: bool) -> object:
        return found.look(images, target, every=every)

    return explain


def captum(backbone: str, images: Tensor) -> Explain:
    attr = importlib.import_module("captum.attr")
    found = classifier(backbone, "none")
    method = attr.LayerGradCam(found, last_layer(found))
    # its maps hold on to the graph of their whole forward pass
    return lambda every: [method.attribute(images, target).detach() for target in targets(images, every)]


def torchcam(backbone: str, images: Tensor) -> Explain:
    methods = importlib.import_module("torchcam.methods")
    found = classifier(backbone, "none")
    method = methods.GradCAM(found, last_layer(found))

    def explain(every: bool) -> object:
        logits, wanted = found(images), targets(images, every)
        return [method(target.tolist(), logits, retain_graph=n + 1 < len(wanted)) for n, target in enumerate(wanted)]

    return explain


def pytorch_grad_cam(backbone: str, images: Tensor) -> Explain:
    peer = importlib.import_module("pytorch_grad_cam")
    output = importlib.import_module("pytorch_grad_cam.utils.model_targets").ClassifierOutputTarget
    found = classifier(backbone, "none")
    method = peer.GradCAM(found, [last_layer(found)])
    return lambda every: [method(images, [output(int(c)) for c in target]) for target in targets(images, every)]


def last_layer(found: GuidedClassifier) -> nn.Module:
    """The last stage that timm lists, of which the last feature map comes."""
    return found.backbone.get_submodule(f"net.{found.backbone.stages[-1][0]}")


def targets(images: Tensor, every: bool) -> list[Tensor]:
    """One class per image, or each class for all images."""
    return [torch.full((len(images),), c) for c in range(CLASSES)] if every else [torch.arange(len(images)) % CLASSES]


METHODS: dict[str, Callable[[str, Tensor], Explain]] = {
    "sightline cam": functools.partial(ours, "cam"),
    "sightline gradcam": functools.partial(ours, "gradcam"),
    "sightline gradcam by gradient": ours_by_gradient,
    "captum": captum,
    "torchcam": torchcam,
    "pytorch-grad-cam": pytorch_grad_cam,
}


def plain(backbone: str, images: Tensor) -> Callable[[], object]:
    found = classifier(backbone, "none")
    return torch.no_grad()(lambda: found(images))


def memory(method: str, backbone: str, images: Tensor) -> int:
    """Peak growth of this process in bytes."""
    forward = plain(backbone, images)
    if method == "plain":
        work = forward
    else:
        explain = METHODS[method](backbone, images)
        work = lambda: explain(False)  # noqa: E731
    forward()
    return peak_growth(work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--backbone", default="resnet50")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    images = torch.rand(arguments.batch, 3, arguments.size, arguments.size)
    if arguments.memory_of:
        print(memory(arguments.memory_of, arguments.backbone, images))
        return

    explained: dict[str, Explain] = {}
    for name, method in METHODS.items():
        try:
            explained[name] = method(arguments.backbone, images)
        except ImportError as error:
            print(f"left out: {name} ({error})")
    work = {(name, every): functools.partial(explain, every) for name, explain in explained.items() for every in (False, True)}
    ratios = median_ratios(plain(arguments.backbone, images), work, arguments.rounds)
    again = ["--backbone", arguments.backbone, "--size", str(arguments.size), "--batch", str(arguments.batch), "--memory-of"]
    grown = {name: in_fresh_process(__file__, [*again, name]) for name in ("plain", *explained)}
    result = {
        name: {"one_class": ratios[name, False], "all_classes": ratios[name, True], "memory": grown[name] / grown["plain"]}
        for name in explained
    }
    print(f"{arguments.backbone}, {arguments.size} px, batch {arguments.batch}, {arguments.rounds} rounds, {CLASSES} classes")
    print(f"plain forward pass: {grown['plain'] / 1e6:.0f} MB; promised of ours: time <= {PROMISED_TIME}, memory <= {PROMISED_MEMORY}")
    print(f"{'':32s}{'one class':>12s}{'all classes':>14s}{'memory':>10s}")
    for name, row in result.items():
        print(f"{name:32s}{row['one_class']:12.3f}{row['all_classes']:14.3f}{row['memory']:10.2f}")
    if arguments.json:
        write_json(arguments.json, result)


if __name__ == "__main__":
    main()
