"""One run, or several as an ensemble: the mean of their probabilities and of their maps, over all views of a picture."""

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


@dataclass(frozen=True)
class Member:
    """A run of the ensemble.

    Attributes:
        classifier: in evaluation mode, on the device.
        data: how pictures become its squares.
        order: (C,) where its logits find the classes of the ensemble.
    """

    classifier: GuidedClassifier
    data: Data
    order: Array


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
        decision: with two classes, at the mean of the thresholds that the runs keep, if all keep one.
        map: name of the map that is shown, the first of every run; None if a run has no map.
        range: of its values, as of an attention source.
    """

    members: tuple[Member, ...]
    classes: tuple[str, ...]
    decision: Decision
    views: Views
    device: torch.device

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
        every_run = np.stack(said).reshape(len(self.members), -1, *said[0].shape).mean(axis=1)  # (M, B, C)
        probabilities = every_run.mean(axis=0)
        decided = self.decision(probabilities)
        spread = np.take_along_axis(every_run.std(axis=0), decided[:, None], axis=1)[:, 0]
        return Answer(probabilities, decided, spread, self._of_decided(looked, decided) if looked else None)

    def _look(self, member: Member, images: Tensor, maps: bool) -> tuple[Array, Tensor | None]:
        """Probabilities (B, C), and the first map of every class (B, C, h, w), or of none (B, 1, h, w)."""
        classifier = member.classifier
        if not maps or self.map is None:
            return self._probabilities(classifier(images), member), None
        look = classifier.look(images, None, every=classifier.source.class_specific)
        every = look.every[self.map][:, torch.from_numpy(member.order)] if self.map in look.every else look.maps[self.map]
        return self._probabilities(look.logits, member), every.float()

    @staticmethod
    def _probabilities(logits: Tensor, member: Member) -> Array:
        probabilities: Array = logits.cpu().double().softmax(1).numpy()[:, member.order]
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


def ensemble(runs: Sequence[Run], views: Views = "none") -> Ensemble:
    """Opens the networks of finished runs.

    Raises:
        UserError: runs of other classes than the first, or one whose training has not ended.
    """
    first = runs[0]
    for run in runs[1:]:
        if set(run.classes) != set(first.classes):
            reason = f"has other classes ({', '.join(run.classes)}) than {first.path} ({', '.join(first.classes)})"
            raise UserError(run.path, reason, "Give runs of the same classes.")
    members = tuple(_member(run, first.classes) for run in runs)
    return Ensemble(members, first.classes, _decision(runs), views, torch.device(first.device))


def _member(run: Run, classes: Sequence[str]) -> Member:
    classifier = run.classifier().to(memory_format=torch.channels_last)
    return Member(classifier, run.recipe.data, np.array([run.classes.index(name) for name in classes]))


def _decision(runs: Sequence[Run]) -> Decision:
    """The mean threshold; the last class of a run may be another one than that of the first."""
    last = runs[0].classes[-1]
    kept = [run.decision.threshold if run.classes[-1] == last else None for run in runs]
    known = [threshold for threshold in kept if threshold is not None]
    return Decision(float(np.mean(known)) if len(known) == len(runs) else None)
