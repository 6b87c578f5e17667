"""In training, what surrounds a finding is replaced at random, and artefacts are pasted beside it, whatever the class: no habit forms."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from sightline import catalog
from sightline.channels import colour_in
from sightline.config import Augment, Data
from sightline.config_augment import Outside
from sightline.data.artefacts import ARTEFACTS_OF
from sightline.data.cache import Planes
from sightline.data.counterfactual import ARTEFACTS, paste
from sightline.data.cover import widened, without_region
from sightline.errors import UserError, nearest

Lend = Callable[[np.random.Generator], Planes | None]  # another image of the training whose region is known; None: there is none


def pasted_artefacts(data: Data) -> tuple[str, ...]:
    """The artefacts that `data.augment.artefacts` pastes; none where nothing is asked for.

    Raises:
        UserError: an unknown name; a kind of image that neither `data.kind` nor the data set says; nothing is left.
    """
    asked = data.augment.artefacts
    if asked is None:
        return ()
    for setting, names in (("of", asked.of), ("without", asked.without)):
        for name in names:
            if name not in ARTEFACTS:
                raise UserError(f"data.augment.artefacts.{setting}", f"no artefact {name!r}", nearest(name, ARTEFACTS))
    kind = data.kind or getattr(sys.modules[catalog.find("data", data.name).__module__], "KIND", None)
    if not asked.of and kind is None:
        remedy = f"Set data.kind to one of {', '.join(k for k in ARTEFACTS_OF if k != 'grey')}, or name the artefacts in `of`."
        raise UserError("data.augment.artefacts", "the kind of image is not known, so it is not known which artefacts suit it", remedy)
    found = tuple(name for name in asked.of or ARTEFACTS_OF[str(kind)] if name not in asked.without)
    if not found:
        raise UserError("data.augment.artefacts", "`without` leaves no artefact to paste", "Leave fewer out.")
    return found


def disturbed(planes: Planes, known: bool, augment: Augment, artefacts: Sequence[str], rng: np.random.Generator, lend: Lend) -> Planes:
    """A training image with another outside, with an artefact, with both, or as it is; its ROI stays, since the finding stays.

    What is pasted is marked as a place to avoid, where such places are known.

    Args:
        planes: at `load_size`; not changed.
        known: whether its ROI may be used.
        artefacts: of which one is pasted, see `pasted_artefacts`.
        rng: what is drawn depends on nothing else.
    """
    changed = planes._replace(pixels=planes.pixels.copy())
    roi = planes.maps[0][0] if known else None  # (S, S)
    outside, pasted = augment.outside, augment.artefacts
    if outside is not None and rng.random() < outside.p and roi is not None and roi.any():
        lender = lend(rng) if outside.fill == "another" else None
        changed.image[:] = _with_outside(planes, outside, augment, lender, int(rng.integers(2**63)))
    if pasted is not None and rng.random() < pasted.p:
        pixels = np.ascontiguousarray(changed.image.transpose(1, 2, 0))  # (S, S, C)
        drawn, touched = paste(pixels, artefacts[int(rng.integers(len(artefacts)))], rng, roi)
        changed.image[:] = drawn.transpose(2, 0, 1)
        if planes.avoid_known:
            changed.maps[1][0][touched] = 255
    return changed


def _with_outside(planes: Planes, outside: Outside, augment: Augment, lender: Planes | None, seed: int) -> np.ndarray:
    """(C, S, S) uint8; the region as it is, within its margin."""
    image, region = _unit(planes.image), widened(_unit(planes.maps[0]), outside.margin)  # (1, C, S, S), (1, 1, S, S)
    if lender is not None:
        other = without_region(_unit(lender.image), widened(_unit(lender.maps[0]), outside.margin))
        made = region * image + (1 - region) * other
    elif outside.fill == "grey":
        fill = torch.tensor(colour_in(augment.fill, image.shape[1]), dtype=torch.float32).view(1, -1, 1, 1) / 255
        made = region * image + (1 - region) * fill
    elif outside.fill != "another":
        with torch.random.fork_rng(devices=[]):  # the noise
            torch.default_generator.manual_seed(seed)
            made = without_region(image, 1 - region, outside.fill)
    else:  # nobody lends
        made = image
    pixels: np.ndarray = (made[0].clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    return pixels


def _unit(pixels: np.ndarray) -> Tensor:
    """(K, S, S) uint8 -> (1, K, S, S) float32 in [0, 1]."""
    return torch.from_numpy(pixels.astype(np.float32)).div_(255)[None]
