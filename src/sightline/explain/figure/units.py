"""The feature maps of single units of the network over images (Van Molle et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.choose import choose
from sightline.explain.feature_maps import Layer, layers_of, pick, unit
from sightline.explain.feature_maps import feature_maps as maps_of
from sightline.explain.figure.grid import ColourBar, grid
from sightline.explain.figure.grids import enlarged
from sightline.explain.figure.kind import Options, asked, kind, same_images, truth
from sightline.explain.run_pictures import Cell
from sightline.explain.tint import GREEN, OPAQUE, tint

SHOWN = 4  # units, where none are asked for


@kind("Van Molle 2018, fig. 1 to 6", runs=(1, 1), takes="split images ids units")
def feature_maps(runs: Sequence[Run], options: Options) -> Figure:
    """Feature maps of single units over images, in transparent green: darker is higher.

    Rows are images, columns units. Without `units`, those of the last layer that answer most to the images shown.
    """
    (run,) = runs
    split = same_images(runs, options)
    ids = asked(run.predictions(split).ids, options, f"in split {split!r}") or choose(run, split, options.images or 4)
    backbone, dataset = run.classifier().backbone, run.datasets[split]
    place = {record.id: i for i, record in enumerate(dataset.records)}
    images = torch.stack([dataset[place[i]].image for i in ids]).to(run.device)  # (N, 3, H, W)
    layers = layers_of(backbone, images)
    wanted = [unit(text) for text in options.units]
    shown = pick(layers, [layer for layer, _ in wanted]) if wanted else layers[-1:]
    found = maps_of(backbone, images, shown)  # layer -> (N, K, h, w)
    units = list(zip(shown, [k for _, k in wanted], strict=True)) if wanted else _strongest(shown[0], found)
    labels = truth(run.predictions(split))
    pictures = [enlarged(sample.image) for sample in run.pictures(split, ids)]
    columns = [[Cell(picture, run.classes[labels[i]], None, f"Image {i}.") for picture, i in zip(pictures, ids, strict=True)]]
    columns += [_answers(layer, k, found[layer.name], pictures) for layer, k in units]
    cover = OPAQUE * np.linspace(0, 1, 256)[:, None]
    bar = ColourBar((255 * (1 - cover) + np.array(GREEN) * cover) / 255, "activation, share of the unit's highest on these images")
    note = "" if wanted else "The units of the last layer with the highest activations on these images. "
    note += "" if options.ids else "The images are those on which the run errs or is unsure."
    note += " Layers: " + ", ".join(dict.fromkeys(f"{layer.number}\u00a0{layer.name}" for layer, _ in units)) + "."
    titles = [f"layer\u00a0{layer.number}, filter\u00a0{k}" for layer, k in units]
    return grid(list(zip(*columns, strict=True)), ["image", *titles], bar=bar, note=note.strip())


def _strongest(layer: Layer, found: Mapping[str, Tensor]) -> list[tuple[Layer, int]]:
    """The units of a layer that answer most to any of the images."""
    return [(layer, int(k)) for k in found[layer.name].amax((0, 2, 3)).topk(min(SHOWN, layer.filters)).indices]


def _answers(layer: Layer, k: int, found: Tensor, pictures: Sequence[np.ndarray]) -> list[Cell]:
    """What a unit answers to each picture; `found` are the maps of its layer, (N, K, h, w)."""
    if k >= layer.filters:
        raise UserError(f"unit {layer.name}/{k}", f"the layer has {layer.filters} filters", "Filters are counted from 0.")
    maps = found[:, k].float().cpu().numpy()  # (N, h, w)
    most = max(float(maps.max()), 0.0)
    captions = [f"peak {max(float(own.max()), 0) / most:.0%}" if most else "not active" for own in maps]
    return [
        Cell(tint(picture, own, most), caption, None, f"Unit {k} of layer {layer.name}.")
        for picture, own, caption in zip(pictures, maps, captions, strict=True)
    ]
