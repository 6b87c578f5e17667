"""Does the map depend on what the network has learned? (Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018)

The weights are scrambled from the output to the input, layer by layer and cumulatively, and the maps of the same class are compared with
the original ones. A map that stays the same is a picture of the image, not of the model.

Scrambled means that the values within each tensor change places: the scale of every layer stays what it was. Batch norms whose inputs have
changed take the statistics of the images at hand; otherwise the signal would die and every map would differ for that reason alone.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torchmetrics.functional.image import structural_similarity_index_measure

from sightline.attention.classifier import GuidedClassifier
from sightline.audit.ask import looks, maps_of, probabilities
from sightline.audit.images import Images, unit
from sightline.audit.scores import Sampling, score
from sightline.device import device_of
from sightline.engine.decision import Decision
from sightline.metrics.confidence.bootstrap import Array
from sightline.metrics.scores.localisation import upsample
from sightline.results.audit import Randomisation, Step

BLOCKS = 8  # of the backbone
SHOWN = 3
_SSIM_SIDE = 32


def cascade(classifier: GuidedClassifier) -> list[tuple[str, list[nn.Module]]]:
    """The layers with weights of their own, in blocks from the output to the input: (name, layers).

    Head and source are a block each, the backbone at most `BLOCKS`.
    """
    found = [(part, _leaves(classifier.get_submodule(part))) for part in ("head", "source")]
    backbone = _leaves(classifier.backbone)[::-1]
    cuts = np.array_split(np.arange(len(backbone)), min(BLOCKS, len(backbone)))
    blocks = [(part, [layer for _, layer in layers]) for part, layers in found if layers]
    return blocks + [(backbone[cut[-1]][0], [backbone[i][1] for i in cut]) for cut in cuts if len(cut)]


def _leaves(module: nn.Module) -> list[tuple[str, nn.Module]]:
    """(name, layer) of every layer that holds weights itself, in the order of the definition."""
    return [(name.removeprefix("net."), m) for name, m in module.named_modules() if any(True for _ in m.parameters(recurse=False))]


@torch.no_grad()
def scramble(layers: list[nn.Module], random: torch.Generator) -> None:
    """Lets the values within each tensor change places."""
    for layer in layers:
        for weight in layer.parameters(recurse=False):
            order = torch.randperm(weight.numel(), generator=random)
            weight.copy_(weight.flatten()[order.to(weight.device)].view_as(weight))


def settle(classifier: GuidedClassifier, layers: list[nn.Module], images: Tensor) -> None:
    """Gives batch norms among the layers the statistics that these images have now."""
    norms = [layer for layer in layers if isinstance(layer, _BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over the batches
        norm.train()
    if norms:
        probabilities(classifier, images)
    for norm in norms:
        norm.eval()


def rank_correlation(a: Array, b: Array) -> Array:
    """Spearman's, map by map; NaN where a map is constant. (N, h, w), (N, h, w) -> (N,)"""
    x, y = (rankdata(np.nan_to_num(m).reshape(len(m), -1), axis=1) for m in (a, b))
    x, y = (v - v.mean(axis=1, keepdims=True) for v in (x, y))
    scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    result: Array = np.divide((x * y).sum(axis=1), scale, out=np.full(len(x), np.nan), where=scale > 0)
    return result


def ssim(a: Array, b: Array) -> Array:
    """Structural similarity of maps, each divided by its largest absolute value. (N, h, w), (N, h, w) -> (N,)"""
    scaled = []
    for maps in (a, b):
        large = torch.from_numpy(upsample(np.nan_to_num(maps), (_SSIM_SIDE, _SSIM_SIDE)))[:, None]
        scaled.append(large / large.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-12))
    found = structural_similarity_index_measure(scaled[0], scaled[1], data_range=2.0, reduction="none")
    return np.atleast_1d(torch.as_tensor(found[0] if isinstance(found, tuple) else found).numpy())


def randomisation(
    classifier: GuidedClassifier, images: Images, sampling: Sampling, decision: Decision = Decision()
) -> tuple[Randomisation, list[Array]]:
    """How similar the maps stay while the weights are scrambled, in a copy of the classifier.

    Returns:
        The similarities, and the maps (SHOWN, h, w) of the first images, before and after each step.
    """
    seen, groups = unit(images.pixels, device_of(classifier)), images.patients
    said, original = looks(classifier, seen, decision)
    assert original is not None  # the caller asks only of classifiers with maps
    target = decision(said)
    copied, random = copy.deepcopy(classifier).eval(), torch.Generator().manual_seed(sampling["seed"])
    blocks, steps, shown = cascade(copied), [], [original[:SHOWN]]
    gone: list[nn.Module] = []
    for name, layers in blocks:
        gone += layers
        scramble(layers, random)
        settle(copied, gone, seen)
        maps = maps_of(copied, seen, target)
        both = {"rank_correlation": rank_correlation(original, maps), "ssim": ssim(original, maps)}
        steps.append(Step(name=name, **{key: score(values, groups, sampling) for key, values in both.items()}))
        shown.append(maps[:SHOWN])
    level = score(rank_correlation(original, np.roll(original, 1, axis=0)), groups, sampling)
    return Randomisation(n=len(images), steps=steps, other_images=level), shown
