"""Where a trained classifier looks on any pictures, as files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.wrapped import evaluating
from sightline.channels import as_rgb
from sightline.config import Data
from sightline.device import device_of
from sightline.engine.decision import Decision
from sightline.engine.files import write_json, write_whole
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.explain.colours import scheme
from sightline.explain.explanation import Explanation, Found, scale_of
from sightline.explain.inputs import file_name, pixels_of, square, untaken
from sightline.explain.methods import METHODS, by, require_support
from sightline.explain.overlay import display, shown
from sightline.explain.window import window
from sightline.types import Look


def explain(
    model: Run | GuidedClassifier,
    images: Sequence[Path | str | np.ndarray],
    out: Path | str,
    target: str | None = None,
    cmap: str = "default",
    *,
    method: str = "map",
    classes: Sequence[str] | None = None,
    data: Data | None = None,
    further: Callable[[Written], Path] | None = None,
) -> list[Path]:
    """Writes, for each picture and map, the map over the picture (PNG), the raw values (NPY) and what they mean (JSON).

    The overlay has the size and the aspect of the picture; what the network did not see of it is darkened. Maps of several classes of one
    picture share one scale.

    Args:
        model: a finished run, or a classifier.
        images: files, or (H, W, 3) uint8.
        out: folder for the files.
        target: name of the class to explain; `all`: each class; None: the predicted one; with several findings per image,
            each of them. A run decides for a class at the threshold that it
            keeps, see `engine.decision`; a bare classifier for the most probable one.
        cmap: a name of `colours.SCHEMES`.
        method: `map`: the classifier's own attention; or a name of `methods.METHODS`, which need no attention source.
        classes: names of the logits; needed only with a classifier.
        data: how pictures become the network's squares; needed only with a classifier.
        further: writes one more file about a picture, from what was found.

    Raises:
        UserError: an unknown class or method, a picture that cannot be read, or a classifier without maps or whose layers the method does
            not support.
    """
    scheme(cmap)
    if not images:
        raise UserError("explain", "no picture given", "Give image files.")
    every = [asked_of(one, of, method, classes, data) for one, of in of_findings(model, target)]
    written: list[Path] = []
    taken: set[str] = set()
    for place, (stem, picture) in enumerate(_named(images)):
        name = stem if isinstance(picture, np.ndarray) else str(picture)
        for asked in every:
            found = explained(asked, pixels_of(picture, asked.data))
            written += _write(Path(out), stem, found, {"image": name} | _answer(found, asked.decision), cmap, taken)
            if further is not None:
                own = "-".join([stem, *([file_name(str(asked.target))] if len(every) > 1 else [])])
                written.append(further(Written(place, name, Path(out) / own, asked, found)))
    return written


@dataclass(frozen=True)
class Written:
    """A picture whose maps were written.

    Attributes:
        place: among the pictures.
        name: of the picture.
        stem: its files begin with it.
        asked, found: the classifier, and what it says.
    """

    place: int
    name: str
    stem: Path
    asked: Asked
    found: Explanation


def of_findings(model: Run | GuidedClassifier, target: str | None) -> list[tuple[Run | GuidedClassifier, str | None]]:
    """What is asked, and the class to explain: of a run with several findings, the run of the finding, or that of each finding.

    Raises:
        UserError: there is no such finding.
    """
    if not isinstance(model, Run) or not model.findings:
        return [(model, target)]
    names = model.findings if target in (None, "all") else (str(target),)
    return [(model.of(name), name) for name in names]


@dataclass(frozen=True)
class Asked:
    """A classifier with all that is needed to explain what it says.

    Attributes:
        classifier: which is asked.
        classes: names of the logits.
        data: how pictures become the network's squares.
        decision: how it decides.
        target: class to explain; `all`; None: the one that is decided for.
        method: `map`, or a name of `methods.METHODS`.
    """

    classifier: GuidedClassifier
    classes: tuple[str, ...]
    data: Data
    decision: Decision
    target: str | None
    method: str


def asked_of(
    model: Run | GuidedClassifier,
    target: str | None = None,
    method: str = "map",
    classes: Sequence[str] | None = None,
    data: Data | None = None,
) -> Asked:
    """See `explain`.

    Raises:
        UserError: an unknown class or method, or a classifier without maps or whose layers the method does not support.
    """
    if method not in ("map", *METHODS):
        raise UserError(f"method {method!r}", "is unknown", nearest(method, ("map", *METHODS)))
    if isinstance(model, GuidedClassifier):
        classifier, of = model, "the classifier"
        names = tuple(classes or model.class_names or map(str, range(model.classes)))
        settings = data or model.prepared or Data()
        decision = Decision()
    else:
        classifier, names, settings, of = model.classifier(), model.classes, model.recipe.data, str(model.path)
        decision = model.decision
    if method == "map" and not classifier.map_names:
        remedy = "Use another method, such as occlusion, or a run whose recipe has an attention source, such as cam, gradcam or gates."
        raise UserError(of, "has no attention map", remedy)
    if target not in (None, "all", *names):
        raise UserError(f"class {target!r}", "is unknown", nearest(str(target), [*names, "all"]))
    if method != "map":
        require_support(method, classifier, settings.image_size)
    return Asked(classifier, names, settings, decision, target, method)


def explained(asked: Asked, pixels: np.ndarray) -> Explanation:
    """One picture (H, W, 3) uint8, or (H, W, C) of the channels that the classifier takes."""
    seen = square(pixels, asked.data)
    probabilities, maps = _look(asked.classifier, seen, asked.classes, asked.target, asked.method, asked.decision)
    said = {c: float(p) for c, p in zip(asked.classes, asked.decision.shown(probabilities), strict=True)}
    chosen = asked.classes[int(asked.decision(probabilities))]
    return Explanation(as_rgb(pixels), chosen, said, tuple(maps), window(pixels.shape[:2], asked.data))


@torch.no_grad()
def _look(
    classifier: GuidedClassifier, seen: torch.Tensor, classes: Sequence[str], target: str | None, method: str, decision: Decision
) -> tuple[np.ndarray, list[Found]]:
    """Probabilities (C,) as the network gives them, and the maps of one picture (C, S, S). Leaves the classifier in the mode it was in."""
    images = seen[None].to(device_of(classifier))
    wanted = torch.tensor([classes.index(target)], device=images.device) if target not in (None, "all") else None
    own = wanted is None and target is None and decision.threshold is not None and classifier.source.class_specific
    with evaluating(classifier):
        look = classifier.look(images, wanted, every=target == "all" or own) if method == "map" else Look(classifier(images), {})
    probabilities = look.logits.cpu().double().softmax(1)[0].numpy()
    explained = classes[int(wanted) if wanted is not None else int(decision(probabilities))]
    if method != "map":
        return probabilities, [_by(method, classifier, images, classes, c) for c in (classes if target == "all" else [explained])]
    found: list[Found] = []
    for name, one in look.maps.items():
        kind = look.ranges[name]
        if own and name in look.every:
            found.append(Found(name, explained, look.every[name][0, classes.index(explained)].float().cpu().numpy(), kind))
        elif name in look.every:
            found += [Found(name, c, raw, kind) for c, raw in zip(classes, look.every[name][0].float().cpu().numpy(), strict=True)]
        else:
            specific = classifier.source.class_specific
            found.append(Found(name, explained if specific else None, one[0, 0].float().cpu().numpy(), kind))
    return probabilities, found


def _by(method: str, classifier: GuidedClassifier, images: torch.Tensor, classes: Sequence[str], explained: str) -> Found:
    """What a method that needs no attention source says of a class."""
    raw = by(method, classifier, images, torch.tensor([classes.index(explained)], device=images.device))
    return Found(method, explained, raw[0, 0].float().cpu().numpy(), "evidence")


def _write(out: Path, stem: str, explanation: Explanation, answer: dict[str, Any], cmap: str, taken: set[str]) -> list[Path]:
    written = []
    x0, y0, x1, y1 = explanation.where
    for found in explanation.found:
        name = untaken("-".join([stem, file_name(found.name), *([file_name(found.explained)] if found.explained else [])]), taken)
        scale = scale_of(found, explanation.found, cmap)
        picture = shown(explanation.pixels, found.raw, found.range, scale=scale, where=explanation.where, cmap=cmap)
        signed = scheme(cmap).signed and found.range == "evidence"
        facts = answer | {
            "map": found.name,
            "explained": found.explained,
            "range": found.range,
            "scale": scale,
            "note": display(found.raw, found.range, found.raw.shape, signed=signed).note,
            "size": list(found.raw.shape),
            "cell": [round((x1 - x0) / found.raw.shape[1], 3), round((y1 - y0) / found.raw.shape[0], 3)],
            "window": [round(edge, 3) for edge in explanation.where],
        }
        files = [out / f"{name}.{kind}" for kind in ("png", "npy", "json")]
        write_whole(files[0], lambda partial, picture=picture: Image.fromarray(picture).save(partial, "PNG"))  # type: ignore[misc]
        write_whole(files[1], lambda partial, raw=found.raw: partial.write_bytes(_npy(raw)))  # type: ignore[misc]
        write_json(files[2], facts)
        written += files
    return written


def _answer(found: Explanation, decision: Decision) -> dict[str, Any]:
    every = {name: round(p, 6) for name, p in found.probabilities.items()}
    how = {"threshold": decision.shown_at(decision.threshold), "rule": decision.words(list(every))}
    how["calibration"] = decision.calibration.words() if decision.calibration else None
    return {"predicted": found.prediction, "probability": every[found.prediction], "probabilities": every} | how


def _named(images: Sequence[Path | str | np.ndarray]) -> Iterator[tuple[str, Path | np.ndarray]]:
    """Each picture with a name of its own for its files: two folders may hold a file of one name."""
    taken: set[str] = set()
    for i, image in enumerate(images, start=1):
        picture = image if isinstance(image, np.ndarray) else Path(image)
        stem = f"image-{i}" if isinstance(picture, np.ndarray) else file_name(picture.stem)
        yield untaken(stem, taken), picture


def _npy(raw: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, raw.astype(np.float32))
    return buffer.getvalue()
