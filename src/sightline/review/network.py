"""What the network is asked while somebody reviews: the map of another class, and which training images look alike to it.

The network is loaded when it is first asked, and one question is answered at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock, Thread

import numpy as np
import torch

from sightline.attention.classifier import GuidedClassifier
from sightline.data.images import open_image
from sightline.data.loader import eval_loader
from sightline.device import device_of
from sightline.engine.elsewhere import Elsewhere
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.maps import Asked, explained
from sightline.review.cases import Case, Cases

_BATCH = 16


@dataclass(frozen=True)
class Alike:
    """A training image.

    Attributes:
        place: among the training images.
        similarity: cosine of the angle between its features and those of the case, at most 1.
    """

    place: int
    id: str
    label: str
    similarity: float


class Network:
    """The network of a run, for questions about its cases."""

    def __init__(self, cases: Cases) -> None:
        self.cases, self._lock, self._starting = cases, Lock(), Lock()
        self._features: torch.Tensor | None = None  # (N, K) of the training images, each of length 1
        self._failed: UserError | None = None
        self._done, self._stopped = 0, False
        self._thread: Thread | None = None

    @property
    def run(self) -> Run:
        """The run with its weights and its training images."""
        run = self.cases.run
        return run.own if isinstance(run, Elsewhere) else run

    @cached_property
    def _classifier(self) -> GuidedClassifier:
        return self.run.classifier()

    def runner_up(self, case: Case) -> str:
        """The most probable class, except that which is decided for."""
        others = [(-p, i) for i, p in enumerate(case.probabilities) if self.cases.classes[i] != case.decided]
        return self.cases.classes[min(others)[1]]

    def map_of(self, case: Case, name: str, label: str) -> np.ndarray:
        """A raw map (h, w) of another class.

        Raises:
            UserError: the training is not finished, or the picture cannot be read.
        """
        data = self.cases.dataset(case).data
        pixels = open_image(self.cases.record(case).image, data.grey, data.channels)
        with self._lock:
            asked = Asked(self._classifier, self.cases.classes, data, self.run.decision, label, "map")
            found = explained(asked, pixels)
        return next(one.raw for one in found.found if one.name == name)

    # training images

    def progress(self) -> tuple[int, int]:
        """How many training images have been looked at, and how many there are; the first call begins.

        Raises:
            UserError: the training is not finished, or its images cannot be read.
        """
        if self._failed is not None:
            raise self._failed
        total = len(self.run.datasets["train"])
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._look_at_training, name="training images", daemon=True)
                self._thread.start()
        return self._done, total

    def stop(self) -> None:
        """Ends the look at the training images."""
        self._stopped = True
        if self._thread is not None:
            self._thread.join(10)

    def _look_at_training(self) -> None:
        found = []
        try:
            for batch in eval_loader(self.run.datasets["train"], batch_size=_BATCH, workers=0):
                if self._stopped:
                    return
                found.append(self._describe(batch.images))
                self._done += len(batch)
        except UserError as error:
            self._failed = error
            return
        except Exception as error:
            self._failed = UserError("training images", f"could not be looked at ({error})", "Look at the terminal.")
            raise  # the terminal shows where; the page would wait for ever
        self._features = torch.cat(found)

    @torch.no_grad()
    def _describe(self, images: torch.Tensor) -> torch.Tensor:
        """Features of the last layer, averaged over the image and of length 1. (B, C, S, S) -> (B, K)"""
        with self._lock:
            classifier = self._classifier
            means = classifier.backbone(images.to(device_of(classifier))).last.mean((2, 3)).float().cpu()
        return torch.nn.functional.normalize(means, dim=1)

    def nearest(self, case: Case, count: int = 6) -> list[Alike]:
        """The training images whose features are most alike, most alike first; empty while they are looked at."""
        if self._features is None:
            return []
        dataset, there = self.cases.dataset(case), self.run.datasets["train"]
        seen = dataset.seen(self.cases.at(case))[None]
        alike = self._features @ self._describe(seen)[0]
        best = torch.topk(alike, min(count, len(alike))).indices.tolist()
        return [Alike(i, there.records[i].id, there.classes[there.labels[i]], float(alike[i])) for i in best]
