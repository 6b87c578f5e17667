"""The networks behind a server, and what they say of a batch of pictures: by the same functions as `sightline predict`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sightline.config import Data
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.errors import nearest
from sightline.predict.ensemble import Ensemble, ensemble
from sightline.predict.findings import answered_of_findings, networks_of
from sightline.predict.stream import Decoded, Seen, answered
from sightline.predict.views import Views
from sightline.results.predictions import FindingsPrediction, Prediction
from sightline.serve.refused import Refused


@dataclass(frozen=True)
class Ask:
    """A picture, and what is asked of it.

    Attributes:
        map: whether a map is wanted as well.
        finding: whose map, where pictures can have several findings; empty: they cannot.
    """

    decoded: Decoded
    map: bool = False
    finding: str = ""


@dataclass(frozen=True)
class Told:
    """What is said of a picture: the prediction, and where a map was asked for, all that is needed to draw it."""

    prediction: Prediction | FindingsPrediction
    seen: Seen | None = None


@dataclass(frozen=True)
class Model:
    """Runs that answer together.

    Attributes:
        runs: as they were opened.
        networks: finding -> its networks; one without a name where every picture has one class.
        weights: SHA-256 of the weights of each run.
    """

    runs: tuple[Run, ...]
    networks: Mapping[str, Ensemble]
    weights: tuple[str, ...]

    @property
    def name(self) -> str:
        return " and ".join(run.name for run in self.runs)

    @property
    def findings(self) -> tuple[str, ...]:
        return tuple(name for name in self.networks if name)

    @property
    def has_map(self) -> bool:
        return all(network.map is not None for network in self.networks.values())

    @property
    def calibrated(self) -> bool:
        """Whether all probabilities are calibrated."""
        return all(member.calibration is not None for network in self.networks.values() for member in network.members)

    @property
    def settings(self) -> list[Data]:
        """How pictures become the squares of each run."""
        return [member.data for member in next(iter(self.networks.values())).members]

    @property
    def rule(self) -> str | dict[str, str]:
        """How a class is decided for; of several findings, each of them."""
        words = {name: network.decision.words(network.classes) for name, network in self.networks.items()}
        return words if self.findings else words[""]

    def asked_of(self, finding: str | None) -> str:
        """The name of the networks whose map is wanted.

        Raises:
            Refused: there is no such finding, none is named, or the networks have no map.
        """
        if finding is not None and finding not in self.findings:
            raise Refused(422, f"The finding {finding!r} is unknown. {nearest(finding, self.findings) if self.findings else ''}")
        if finding is None and self.findings:
            raise Refused(422, f"Name the finding to explain, e.g. ?finding={self.findings[0]}. Known: {', '.join(self.findings)}.")
        if self.networks[finding or ""].map is None:
            raise Refused(422, "The model has no attention map, so it cannot say where it looks. It answers /predict.")
        return finding or ""

    def answer(self, batch: Sequence[Ask]) -> list[Told]:
        """What is said of each. Pictures for which the same is asked are computed together."""
        places: dict[tuple[bool, str], list[int]] = {}
        for i, one in enumerate(batch):
            places.setdefault((one.map, one.finding), []).append(i)
        said: dict[int, Told] = {}
        for (wants_map, finding), members in places.items():
            group = [batch[i].decoded for i in members]
            said |= zip(members, self._group(group, wants_map, finding), strict=True)
        return [said[i] for i in range(len(batch))]

    def _group(self, group: list[Decoded], wants_map: bool, finding: str) -> list[Told]:
        if self.findings and not wants_map:
            return [Told(one) for one in answered_of_findings(self.networks, group)]
        return [Told(one.prediction, one if wants_map else None) for one in answered(self.networks[finding], group, wants_map)]


def model_of(runs: Sequence[Run], views: Views = "none", calibration: bool = True) -> Model:
    """Opens the networks of finished runs.

    Raises:
        UserError: runs of other classes, findings or channels than the first, or one whose training has not ended.
    """
    several = any(run.findings for run in runs)
    networks = networks_of(runs, views, calibration) if several else {"": ensemble(runs, views, calibration)}
    return Model(tuple(runs), networks, tuple(sha256(run.home / "model.safetensors") for run in runs))
