"""One run, or several as an ensemble: the mean of their probabilities and of their maps, over all views of a picture.

The probabilities of each run are calibrated by the run's own calibration, if it keeps one, after the mean over the views and before the
mean over the runs. Its threshold is moved by the same map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.source import of_class
from sightline.config import Data
from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.confidence.bootstrap import Array
from sightline.predict.views import VIEWS, Views
from sightline.results.calibration import Calibration
from sightline.settings import COLOUR


@dataclass(frozen=True)
class Member:
    """A run of the ensemble.

    Attributes:
        classifier: in evaluation mode, on the device.
        data: how pictures become its squares.
        order: (C,) where its logits find the classes of the ensemble.
        calibration: of its probabilities; None: they are taken as they are.
    """

    classifier: GuidedClassifier
    data: Data
    order: Array
    calibration: Calibration | None = None

    def calibrated(self, probabilities: Array) -> Array:
        """Calibrated, in the order of the ensemble. (..., C) in the order of its logits -> (..., C)"""
        shown = probabilities if self.calibration is None else self.calibration(probabilities)
        found: Array = shown[..., self.order]
        return found


@dataclass(frozen=True)
class Answer:
    """What an ensemble says of B pictures: probabilities (B, C), the class decided for (B,), the standard deviation over the runs of its
    probability (B,), and the mean map of that class (B, h, w), None without maps."""

    probabilities: Array
    decided: Array
    spread: Array
    maps: Array | None


@dataclass(frozen=True)
class Ensemble:
    """Runs that answer together.

    Attributes:
        classes: in the order of the first run's logits.
        decision: with two classes, at the mean of the thresholds that the runs keep, if all keep one; of calibrated probabilities.
        own: the decision of a single run on its probabilities before the calibration, which no rounding can change; None for several.
        map: name of the map that is shown, the first of every run; None if a run has no map.
        range: of its values, as of an attention source.
    """

    members: tuple[Member, ...]
    classes: tuple[str, ...]
    decision: Decision
    views: Views
    device: torch.device
    own: Decision | None = None

    @property
    def map(self) -> str | None:
        names = [member.classifier.map_names[:1] for member in self.members]
        return names[0][0] if all(names) and len(set(names)) == 1 else None

    @property
    def range(self) -> str:
        return self.members[0].classifier.source.range

    @torch.no_grad()
    def answer(self, squares: Sequence[Tensor], maps: bool = False) -> Answer:
        """Of pictures that are prepared as each run wants them.

        Args:
            squares: of each member, (B, 3, S, S) uint8.
            maps: whether maps are computed; that takes longer.
        """
        said, looked = [], []
        for member, pixels in zip(self.members, squares, strict=True):
            images = pixels.to(self.device).float().div_(255).contiguous(memory_format=torch.channels_last)
            for view in VIEWS[self.views]:
                probabilities, every = self._look(member, view.there(images), maps)
                said.append(probabilities)
                if every is not None:
                    looked.append(view.back(every))
        raw = np.stack(said).reshape(len(self.members), -1, *said[0].shape).mean(axis=1)  # (M, B, C), in the order of each member
        every_run = np.stack([member.calibrated(one) for member, one in zip(self.members, raw, strict=True)])  # (M, B, C)
        probabilities = every_run.mean(axis=0)
        decided = self.decision(probabilities) if self.own is None else self.own(raw[0])
        spread = np.take_along_axis(every_run.std(axis=0), decided[:, None], axis=1)[:, 0]
        return Answer(probabilities, decided, spread, self._of_decided(looked, decided) if looked else None)

    def _look(self, member: Member, images: Tensor, maps: bool) -> tuple[Array, Tensor | None]:
        """Probabilities (B, C) in the order of the member's logits, and the first map of every class of the ensemble (B, C, h, w), or of
        none (B, 1, h, w)."""
        classifier = member.classifier
        if not maps or self.map is None:
            return self._probabilities(classifier(images)), None
        look = classifier.look(images, None, every=classifier.source.class_specific)
        every = look.every[self.map][:, torch.from_numpy(member.order)] if self.map in look.every else look.maps[self.map]
        return self._probabilities(look.logits), every.float()

    @staticmethod
    def _probabilities(logits: Tensor) -> Array:
        probabilities: Array = logits.cpu().double().softmax(1).numpy()
        return probabilities

    @staticmethod
    def _of_decided(looked: Sequence[Tensor], decided: Array) -> Array:
        """The mean over runs and views, of the class decided for."""
        side = (max(one.shape[-2] for one in looked), max(one.shape[-1] for one in looked))
        large = [one if one.shape[-2:] == side else torch.nn.functional.interpolate(one, size=side, mode="bilinear") for one in looked]
        mean = torch.stack(large).mean(dim=0)
        of = torch.from_numpy(decided).to(mean.device)
        found: Array = (of_class(mean, of) if mean.shape[1] > 1 else mean)[:, 0].cpu().numpy()
        return found


def ensemble(runs: Sequence[Run], views: Views = "none", calibration: bool = True) -> Ensemble:
    """Opens the networks of finished runs.

    Args:
        calibration: whether the probabilities of each run are calibrated, as far as it keeps a calibration.

    Raises:
        UserError: runs of other classes or other channels than the first, or one whose training has not ended.
    """
    first = runs[0]
    for run in runs[1:]:
        if set(run.classes) != set(first.classes):
            reason = f"has other classes ({', '.join(run.classes)}) than {first.path} ({', '.join(first.classes)})"
            raise UserError(run.path, reason, "Give runs of the same classes.")
        read, others = (one.recipe.data.channels for one in (first, run))
        if read != others and {read, others} != {1, COLOUR}:
            reason = f"takes images of {others} channels, and {first.path} those of {read}"
            raise UserError(run.path, reason, "Give runs of the same `data.channels`.")
    members = tuple(_member(run, first.classes, calibration) for run in runs)
    own = first.decision if len(runs) == 1 else None
    return Ensemble(members, first.classes, _decision(runs, members), views, torch.device(first.device), own)


def _member(run: Run, classes: Sequence[str], calibration: bool) -> Member:
    classifier = run.classifier().to(memory_format=torch.channels_last)
    order = np.array([run.classes.index(name) for name in classes])
    return Member(classifier, run.recipe.data, order, run.calibration if calibration else None)


def _decision(runs: Sequence[Run], members: Sequence[Member]) -> Decision:
    """The mean threshold; the last class of a run may be another one than that of the first."""
    last = runs[0].classes[-1]
    own = [run.decision.threshold if run.classes[-1] == last else None for run in runs]
    kept = [one.calibration.threshold(t) if one.calibration else t for one, t in zip(members, own, strict=True)]
    known = [threshold for threshold in kept if threshold is not None]
    return Decision(float(np.mean(known)) if len(known) == len(runs) else None)
