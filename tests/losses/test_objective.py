"""The objective: what is computed, when, and what comes out."""

from __future__ import annotations

import math

import pytest
import torch
from tiny import Tiny, batch

from sightline.config import Losses, Plugin
from sightline.errors import UserError
from sightline.losses.energy import energy
from sightline.losses.guidance import resize
from sightline.losses.objective import Objective


def objective(guidance=(), behaviour=(), weighting="fixed", classification=None, class_weights=None) -> Objective:
    losses = Losses.model_validate(
        {"guidance": list(guidance), "behaviour": list(behaviour), "classification": classification or {"name": "cross_entropy"}}
    )
    return Objective(losses, Plugin(name=weighting), class_weights)


def test_total_is_the_weighted_sum_of_the_named_losses():
    model, some = Tiny(), batch(4)
    goal = objective(
        [{"name": "energy", "weight": 2}, {"name": "energy", "weight": 0.5, "classes": "all"}], [{"name": "mining", "weight": 3}]
    )
    total, look, losses, weights = goal(model, some, 0.0)
    assert list(losses) == list(weights) == ["cross_entropy", "energy", "energy.1", "mining"]
    assert [float(weight) for weight in weights.values()] == [1, 2, 0.5, 3]
    torch.testing.assert_close(total, sum(weights[k] * losses[k] for k in losses))
    torch.testing.assert_close(losses["cross_entropy"], torch.nn.functional.cross_entropy(look.logits, some.labels))
    torch.testing.assert_close(losses["energy"], energy(look.maps["cam"], resize(some.roi, (8, 8))).mean())
    every = [energy(look.every["cam"][:, c : c + 1], resize(some.roi, (8, 8))).mean() for c in range(2)]
    torch.testing.assert_close(losses["energy.1"], torch.stack(every).mean())


def test_maps_explain_the_labels_and_never_the_predictions():
    """Pitfall 6."""
    model, some = Tiny(), batch(4)
    objective([{"name": "l2"}])(model, some, 0.0)
    assert torch.equal(model.target, some.labels)


@pytest.mark.parametrize(
    ("guidance", "behaviour", "asked"),
    [
        ([], [], ["logits"]),
        ([{"name": "l2"}], [], ["look"]),
        ([{"name": "l2"}, {"name": "energy", "classes": "all"}], [], ["every"]),
        ([], [{"name": "background"}], ["logits", "logits"]),
        ([], [{"name": "mining"}], ["look", "logits"]),
        ([], [{"name": "mining", "mode": "per_class"}], ["every", "logits"]),
        ([], [{"name": "mining", "mode": "sum_per_class"}], ["every", "logits"]),
        ([{"name": "l2", "weight": 0}], [{"name": "mining", "weight": 0}], ["logits"]),
        ([{"name": "l2", "start": 3}], [{"name": "background", "start": 3}], ["logits"]),
    ],
)
def test_looks_once_per_batch_and_no_closer_than_needed(guidance, behaviour, asked):
    """Pitfall 12 too: the whole batch passes at once."""
    model = Tiny()
    objective(guidance, behaviour)(model, batch(4), 2.0)
    assert model.asked == asked


def test_avoid_reads_the_areas_to_avoid():
    model, some = Tiny(), batch(4)
    goal = objective([{"name": "avoid"}, {"name": "outside"}])
    some.avoid_known[:] = False
    losses = goal(model, some, 0.0)[2]
    assert losses["avoid"] == 0
    assert losses["outside"] > 0


def test_without_annotations_only_the_class_loss_moves_weights():
    model, some = Tiny(), batch(4, known=[False] * 4)
    goal = objective([{"name": "l2"}, {"name": "dice", "map": "cam"}], [{"name": "background"}])
    total, _, losses, _ = goal(model, some, 0.0)
    total.backward()
    assert [losses[k].item() for k in ("l2", "dice", "background")] == [0, 0, 0]
    guided = model.head.weight.grad.clone()
    model.zero_grad()
    torch.nn.functional.cross_entropy(model.look(some.images).logits, some.labels).backward()
    torch.testing.assert_close(model.head.weight.grad, guided)


def test_class_weights_and_options_arrive():
    goal = objective(
        [{"name": "selective_mse", "alpha": 3}], classification={"name": "focal", "gamma": 0}, class_weights=torch.tensor([1.0, 5.0])
    )
    assert goal.classification.class_weights.tolist() == [1, 5]
    assert goal.classification.gamma == 0
    assert goal.guidance[0].alpha.item() == pytest.approx(3)
    with pytest.raises(UserError, match=r"losses\.guidance\.0.*Did you mean \"squash\""):
        objective([{"name": "l2", "squish": "max"}])


def test_learned_scalars_are_parameters_of_the_objective_and_survive_a_save():
    goal, other = (objective([{"name": "selective_mse"}], weighting="uncertainty") for _ in range(2))
    names = [name for name, _ in goal.named_parameters()]
    assert names == ["guidance.0.log_alpha", "weighting.log_sigma"]
    total, *_ = goal(Tiny(), batch(4), 0.0)
    total.backward()
    assert all(p.grad.any() for p in goal.parameters())
    with torch.no_grad():
        goal.guidance[0].log_alpha.fill_(0.7)
    other.load_state_dict(goal.state_dict())
    assert other.guidance[0].log_alpha.item() == pytest.approx(0.7)


def test_what_is_learned_is_named_for_the_log():
    goal = objective([{"name": "selective_mse", "alpha": 2}], weighting="uncertainty")
    assert goal.learned() == pytest.approx({"alpha/selective_mse": 2, "sigma/cross_entropy": 1, "sigma/selective_mse": 0.1})
    assert objective([{"name": "l2"}]).learned() == {}


def test_a_source_without_the_wanted_map_is_named():
    with pytest.raises(UserError, match="map 'gate'"):
        objective([{"name": "l2", "map": "gate"}])(Tiny(), batch(4), 0.0)


def test_calibration_by_the_engine_s_steps():
    """Losses that set in late are measured too: the calibration asks for the end of all ramps."""
    goal = objective([{"name": "l2", "start": 5, "ramp": 3}], weighting="calibrated")
    model, some = Tiny(), batch(4)
    assert goal.weighting.needs_calibration == 20
    losses = goal(model, some, math.inf)[2]
    goal.weighting.calibrate([{k: v.item() for k, v in losses.items()}])
    _, _, losses, weights = goal(model, some, math.inf)
    assert weights["l2"] * losses["l2"].item() == pytest.approx(0.5, rel=1e-4)
    assert weights["cross_entropy"] * losses["cross_entropy"].item() == pytest.approx(2, rel=1e-4)


def test_same_seed_same_total():
    some = batch(6)
    totals = []
    for _ in range(2):
        torch.manual_seed(5)
        goal = objective([{"name": "outside"}], [{"name": "background"}, {"name": "mining"}])
        totals.append(goal(Tiny(), some, 0.0)[0])
    assert totals[0] == totals[1]


def test_guidance_pulls_the_map_into_the_region():
    """A few steps on a fixed batch: the evidence of a guided model moves inside, that of a label-only one need not."""
    shares = {}
    for name, guidance in {"guided": [{"name": "energy", "weight": 2}], "label-only": []}.items():
        torch.manual_seed(0)
        model, some = Tiny(), batch(8)
        goal = objective(guidance)
        optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(40):
            optimiser.zero_grad()
            goal(model, some, 0.0)[0].backward()
            optimiser.step()
        shares[name] = 1 - energy(model.look(some.images, some.labels).maps["cam"], resize(some.roi, (8, 8))).mean().item()
    assert shares["guided"] > shares["label-only"] + 0.1


def test_000_42_start_and_ramp_of_a_recipe_reach_the_weighting():
    losses = [{"name": "energy", "weight": 2, "start": 4, "ramp": 4}]
    goal, some = objective(losses), batch(4)
    weights = [goal(Tiny(), some, progress)[3]["energy"] for progress in (3.0, 4.0, 8.0)]
    assert [float(weight) for weight in weights] == pytest.approx([0, 0.4, 2])


def test_000_42_so_do_start_ramp_and_options_of_mining():
    options = {"w": 30, "sigma": 0.6, "fill": "mean", "bn": "quiet"}
    goal, some = objective((), [{"name": "mining", "weight": 2, "start": 4, "ramp": 4, **options}]), batch(4)
    found = [goal(Tiny(), some, progress) for progress in (3.0, 4.0, 8.0)]
    assert [float(weights["mining"]) for *_, weights in found] == pytest.approx([0, 0.4, 2])
    for total, _, losses, weights in found:
        torch.testing.assert_close(total, losses["cross_entropy"] + weights["mining"] * losses.get("mining", 0))
    assert {name: getattr(goal.behaviour[0], name) for name in options} == options


def test_a_class_loss_that_weighs_no_groups_is_not_told_how_many_there_are():
    losses = Losses.model_validate({"classification": {"name": "cross_entropy"}})
    assert Objective(losses, Plugin(name="fixed"), groups=3).names == ["cross_entropy"]
    weighing = Losses.model_validate({"classification": {"name": "group_dro"}})
    assert Objective(weighing, Plugin(name="fixed"), groups=3).learned() == pytest.approx({f"share/{i}": 1 / 3 for i in range(3)})
