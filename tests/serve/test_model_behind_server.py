"""The networks behind a server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sightline.engine.decision import Decision
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.serve import model as room
from sightline.serve.model import Ask, Model, model_of
from sightline.serve.refused import Refused


def network(label: str, map: str | None = "cam", calibration: object = "kept") -> SimpleNamespace:
    member = SimpleNamespace(calibration=calibration, data=f"settings of {label}")
    return SimpleNamespace(map=map, members=[member], decision=Decision(0.25), classes=("none", label))


def model(**networks: SimpleNamespace) -> Model:
    return Model((SimpleNamespace(name="one"), SimpleNamespace(name="two")), networks, ("", ""))  # type: ignore[arg-type]


PLAIN = Model((SimpleNamespace(name="one"),), {"": network("melanoma")}, ("",))  # type: ignore[arg-type]
SEVERAL = model(mass=network("mass"), effusion=network("effusion", calibration=None))


def test_it_is_called_as_its_runs_and_says_how_it_decides() -> None:
    assert (PLAIN.name, SEVERAL.name) == ("one", "one and two")
    assert (PLAIN.findings, SEVERAL.findings) == ((), ("mass", "effusion"))
    assert PLAIN.rule == Decision(0.25).words(("none", "melanoma"))
    assert SEVERAL.rule == {name: Decision(0.25).words(("none", name)) for name in ("mass", "effusion")}
    assert (PLAIN.calibrated, SEVERAL.calibrated) == (True, False)
    assert (PLAIN.has_map, model(mass=network("mass"), effusion=network("effusion", None)).has_map) == (True, False)
    assert SEVERAL.settings == ["settings of mass"]


def test_a_map_is_asked_for_of_a_finding_that_is_there() -> None:
    assert (PLAIN.asked_of(None), SEVERAL.asked_of("mass")) == ("", "mass")
    for asked, finding, words in (
        (PLAIN, "mass", "The finding 'mass' is unknown."),
        (SEVERAL, "mas", 'Did you mean "mass"'),
        (SEVERAL, None, r"e\.g\. \?finding=mass\. Known: mass, effusion"),
        (model(mass=network("mass", None)), "mass", "has no attention map"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            asked.asked_of(finding)
        assert refused.value.status == 422


def test_pictures_for_which_the_same_is_asked_are_computed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[tuple[object, ...]] = []

    def answered(network: Any, group: list[str], maps: bool) -> list[SimpleNamespace]:
        groups.append((network.classes[1], tuple(group), maps))
        return [SimpleNamespace(prediction=f"{one} seen") for one in group]

    def of_findings(networks: object, group: list[str]) -> list[str]:
        groups.append(("all", tuple(group)))
        return [f"{one} told" for one in group]

    monkeypatch.setattr(room, "answered", answered)
    monkeypatch.setattr(room, "answered_of_findings", of_findings)
    said = SEVERAL.answer([Ask("a"), Ask("b", True, "mass"), Ask("c"), Ask("d", True, "effusion"), Ask("e", True, "mass")])  # type: ignore[arg-type]
    assert groups == [("all", ("a", "c")), ("mass", ("b", "e"), True), ("effusion", ("d",), True)]
    assert [one.prediction for one in said] == ["a told", "b seen", "c told", "d seen", "e seen"], "each at the place of its picture"
    assert [one.seen is not None for one in said] == [False, True, False, True, True]
    plain, mapped = PLAIN.answer([Ask("a"), Ask("b", True)])  # type: ignore[arg-type]
    assert (plain.seen, mapped.seen.prediction) == (None, "b seen")


def test_a_run_has_one_network_without_a_name_and_the_sum_of_its_weights(run: Run) -> None:
    found = model_of([run])
    assert list(found.networks) == [""]
    assert found.weights == (sha256(run.path / "model.safetensors"),)
    assert model_of([run], calibration=False).calibrated is False
