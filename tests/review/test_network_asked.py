"""What the network is asked while somebody reviews."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from small_run import small_run

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.review.app import app
from sightline.review.beside import beside
from sightline.review.cases import Cases
from sightline.review.desk import Desk
from sightline.review.network import Network
from sightline.review.store import Store


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("network") / "run", 0)


@pytest.fixture(scope="module")
def cases(run: Run) -> Cases:
    return Cases(run)


def until(network: Network) -> None:
    for _ in range(200):
        done, total = network.progress()
        if done == total and network.nearest(network.cases[0]):
            return
        time.sleep(0.05)


def test_the_runner_up_is_the_next_class_and_has_its_own_map(cases: Cases) -> None:
    network, case = Network(cases), cases[0]
    other = network.runner_up(case)
    assert {other, case.decided} == {"nevus", "melanoma"}
    image = cases.dataset(case).seen(cases.at(case))[None]
    classifier = cases.run.classifier()
    with torch.no_grad():
        expected = classifier.look(image, torch.tensor([cases.classes.index(other)])).maps["cam"][0, 0].numpy()
    assert np.allclose(network.map_of(case, "cam", other), expected, atol=1e-4)
    assert not np.allclose(network.map_of(case, "cam", case.decided), expected, atol=1e-4)


def test_the_nearest_training_images_are_those_with_like_features(cases: Cases) -> None:
    network, case = Network(cases), cases[0]
    assert network.nearest(case) == []
    until(network)
    train, classifier = cases.run.datasets["train"], cases.run.classifier()

    def features(image: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return classifier.backbone(image[None]).last.mean((2, 3))[0]

    here = features(cases.dataset(case).seen(cases.at(case)))
    expected = {train.records[i].id: float(torch.cosine_similarity(here, features(train.seen(i)), 0)) for i in range(len(train))}
    found = network.nearest(case, 3)
    assert [one.id for one in found] == sorted(expected, key=lambda name: -expected[name])[:3]
    assert found[0].similarity == pytest.approx(max(expected.values()), abs=1e-5)
    assert [one.label for one in found] == [train.records[one.place].label for one in found]


def test_without_weights_it_says_so(own_cases: Cases) -> None:
    network = Network(own_cases)
    with pytest.raises(UserError, match=r"model\.safetensors: is missing"):
        network.map_of(own_cases[0], "cam", "benign")
    network.progress()
    network._thread.join()
    with pytest.raises(UserError, match=r"model\.safetensors: is missing"):
        network.progress()


def test_the_pages_show_them(run: Run, cases: Cases, tmp_path: Path) -> None:
    desk = Desk(cases, Store(tmp_path / "r.sqlite", cases.model), beside(run, [run], cases.splits))
    key = cases[0].key
    with TestClient(app(desk, 8999, "t"), base_url="http://127.0.0.1:8999") as browser:
        browser.get("/?token=t")
        page = browser.get(f"/case/{key}").text
        assert f'data-src="/beside/0/{key}"' in page
        for address in (f"/beside/0/{key}", f"/runner-up/{key}"):
            assert browser.get(address).content.startswith(b"\x89PNG"), address
        assert browser.get(f"/beside/0/{key}").content == browser.get(f"/map/{key}").content != browser.get(f"/runner-up/{key}").content
        assert browser.get(f"/runner-up/{key}").headers["Sightline-Highest"].startswith("The highest value of this map is ")
        assert browser.get(f"/beside/1/{key}").status_code == browser.get("/trained/99").status_code == 404
        assert "training images have been looked at" in browser.get(f"/nearest/{key}").text
        until(desk.network)
        assert browser.get(f"/nearest/{key}").text.count("/trained/") == 4
        assert browser.get("/trained/0").content.startswith(b"\xff\xd8")
