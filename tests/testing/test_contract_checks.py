"""How checks are carried out: what keeps its contract passes, the random state stays, and a refusal is told from anything else."""

from __future__ import annotations

import pytest
import torch

from sightline import testing
from sightline.losses.l2 import L2
from sightline.losses.sufficiency import Sufficiency
from sightline.losses.weighting import Fixed
from sightline.testing.contract import refusal, variants


def test_what_keeps_its_contract_passes_and_the_random_state_stays() -> None:
    before = torch.get_rng_state()
    testing.check_guidance_loss(L2)
    testing.check_weighting(Fixed)
    assert torch.equal(torch.get_rng_state(), before)


def test_variants_are_the_named_choices_of_the_options() -> None:
    assert variants(L2)[0] == {}
    assert {"squash": "relu"} in variants(L2)
    assert {"over": "known"} not in variants(L2)  # the default
    assert variants(Sufficiency) == [{}, {"fill": "blur"}, {"fill": "noise"}, {"bn": "frozen"}]


def test_what_is_not_refused_is_said() -> None:
    with pytest.raises(AssertionError, match="nothing is refused"):
        refusal(lambda: None)
