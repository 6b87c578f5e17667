"""The environment of a run, and random numbers that follow from its seed."""

from __future__ import annotations

import getpass
import json
import platform
import re
from importlib.metadata import version

import torch

from sightline.engine.reproducible import environment, seed_epoch, stable_seed
from sightline.recipe import recipe_from


def test_the_environment_names_versions_and_the_date_and_no_person_or_machine() -> None:
    found = environment()
    assert found["packages"]["torch"] == version("torch")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"])
    assert found["threads"] == torch.get_num_threads()
    words = re.findall(r"[\w.-]+", json.dumps(found))
    assert getpass.getuser() not in words
    assert platform.node() not in words


def test_a_recipe_of_our_own_plugins_names_none_of_others() -> None:
    assert environment(recipe_from({"name": "x"}, "x"))["plugins"] == {}
    assert "plugins" not in environment()


def test_a_seed_is_the_same_everywhere_and_differs_with_each_part() -> None:
    assert stable_seed("epoch", 0, 1, 0) == 3596241465444469490
    seeds = {stable_seed(*parts) for parts in [("epoch", 0, 1), ("epoch", 1, 0), ("epoch", 0, 10), ("other", 0, 1), ()]}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_random_numbers_depend_on_seed_epoch_and_process_and_on_nothing_drawn_before() -> None:
    def drawn(*place: int) -> list[float]:
        torch.rand(3)
        seed_epoch(*place)
        return list(torch.rand(4).tolist())

    assert drawn(1, 2) == drawn(1, 2) == drawn(1, 2, 0)
    assert len({tuple(drawn(*place)) for place in [(1, 2), (2, 2), (1, 3), (1, 2, 1)]}) == 4
