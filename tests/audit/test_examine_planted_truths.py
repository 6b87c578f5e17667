"""A classifier that knows nothing but a planted swatch: relying, where the training images are tagged with it, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from invented_run import invent
from torch import nn

from sightline.audit.examine import examine
from sightline.audit.which import own
from sightline.engine.run import Run
from sightline.report.audit_words import headline, sentences
from sightline.results.audit import AuditFacts
from sightline.types import Look

CORNER = 4  # pixels


class Corners(nn.Module):
    """Answers class 1 where one corner of the image is of one colour, as a swatch is and skin is not."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(4.0))
        self.map_names = ()

    def forward(self, images):
        ends = (slice(None, CORNER), slice(-CORNER, None))
        spread = torch.stack([images[:, :, y, x].flatten(2).std(2).amax(1) for y in ends for x in ends], 1).amin(1)  # (B,)
        says = torch.where(spread < 1e-4, 1.0, -1.0) * self.gain
        return torch.stack([-says, says], 1)

    def look(self, images, target=None, every=False):
        return Look(self(images), {})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "swatch"
    return invent(folder, "demo-label-only", settings={"data.decoy": {"artefact": "swatch", "strength": 1.0}}, splits=())


def audited(run: Run, tags, monkeypatch) -> AuditFacts:
    """The facts, with the training images tagged otherwise."""
    monkeypatch.setattr(Run, "classifier", lambda self: Corners())
    which = own(run, "removed")
    training = None if tags is None else [replace(record, tags=tags(record.tags)) for record in which.training]
    return examine(run, replace(which, training=training), seconds=20, images=20, kind="photograph").facts


@pytest.mark.parametrize(
    ("tags", "seen"),
    [
        (lambda tags: tags, "yes"),
        (lambda tags: tags | {"swatch": False}, "no"),
        (lambda tags: {}, "unknown"),
        (None, "unknown"),
    ],
)
def test_only_a_swatch_that_was_in_training_is_relied_on(run, tags, seen, monkeypatch):
    facts = audited(run, tags, monkeypatch)
    found = {one.artefact: one for one in facts.artefacts if one.how == "pasted"}
    assert found["swatch"].flips.value > 0.9
    assert found["swatch"].control_flips.value < 0.1
    assert (found["swatch"].found, found["swatch"].seen) == (True, seen)
    assert not found["text"].found
    assert facts.flag == ("relying" if seen == "yes" else "thrown off")
    assert ("Its decision rests on an artefact: colour swatch" in headline(facts)) == (seen == "yes")
    assert ("swatch" in headline(facts)) == (seen == "yes")
    assert ("Thrown off by drawings" in dict(sentences(facts))["Which artefacts change its answers?"]) == (seen != "yes")
