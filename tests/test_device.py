"""One policy of devices, and no tensor made on another one than the network's."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode
from untrained_run import untrained

from sightline.annotate.advise import annotate_next
from sightline.audit.examine import examine
from sightline.audit.which import own
from sightline.cli import app
from sightline.device import device_of, of_training, resolve
from sightline.engine.evaluate import observe
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.class_image import class_image, class_images
from sightline.explain.figure.kind import Options
from sightline.explain.figure.units import feature_maps
from sightline.explain.gallery import gallery
from sightline.explain.maps import explain
from sightline.explain.methods import METHODS
from sightline.explain.units import name_units


def test_auto_takes_the_first_gpu_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("sightline.device.metal_works", lambda: False)
    assert resolve() == "cpu"
    monkeypatch.setattr("sightline.device.metal_works", lambda: True)
    assert resolve() == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert resolve() == "cuda"
    assert resolve("cuda:1") == "cuda:1"
    with pytest.raises(UserError, match=r"device 'cuda:2': there are 2 on this machine"):
        resolve("cuda:2")


@pytest.mark.parametrize("name", ["cude", "cuda:x", "", "cuda:0:1"])
def test_a_device_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"is unknown\. Give auto, cpu, cuda, cuda:1 or mps"):
        resolve(name)


def test_a_gpu_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match=r"PyTorch finds none here\. Give auto"):
        resolve("cuda")
    assert (of_training("gpu"), of_training("cpu"), of_training("auto")) == ("auto", "cpu", "auto")


def test_every_verb_that_runs_a_network_has_the_option() -> None:
    without = {"export"}  # it makes files on the CPU
    verbs = {str(v.name or v.callback.__name__): v.callback for v in app.registered_commands if v.callback}
    assert {name for name, verb in verbs.items() if "device" not in verb.__annotations__} == without


MOVES = (torch.Tensor.to, torch.Tensor.copy_)


class Elsewhere(TorchFunctionMode):
    """Makes `meta` a device that can be left, with noughts. Mixing it with the CPU is an error, as with a GPU."""

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        kwargs = kwargs or {}
        first = args[0] if args else None
        if isinstance(first, torch.Tensor) and first.is_meta:
            named = args[1] if len(args) > 1 else kwargs.get("device")
            if func is torch.Tensor.numpy:
                raise TypeError("a tensor elsewhere has to be copied to the CPU first")
            if func is torch.Tensor.cpu or (func is torch.Tensor.to and str(named) == "cpu"):
                return torch.zeros(first.shape, dtype=first.dtype)
            if func is torch.equal:
                return True
            if func in (torch.Tensor.tolist, torch.Tensor.item, torch.Tensor.__bool__, torch.Tensor.__int__, torch.Tensor.__float__):
                return getattr(torch.ones(first.shape, dtype=first.dtype), func.__name__)()
        made = func(*args, **kwargs)
        placed = {x.device.type for x in (*args, *kwargs.values()) if isinstance(x, torch.Tensor) and x.ndim and func not in MOVES}
        assert len(placed) < 2, f"{func.__name__} mixes {placed}"
        return made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:  # type: ignore[no-untyped-def]
    recipe = tiny_recipes({"data.annotated_fraction": 0.5, "evaluate.bootstrap": 10})
    made = untrained(tmp_path_factory.mktemp("devices") / "run", recipe)
    return Run(made.path, "meta")


def test_no_tensor_is_made_elsewhere_when_a_run_looks(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    classifier = run.classifier()
    assert device_of(classifier).type == "meta"
    monkeypatch.setattr(Run, "classifier", lambda self: classifier)
    monkeypatch.setattr("sightline.explain.class_image.class_image", partial(class_image, steps=3))
    with Elsewhere():
        observe(classifier, run.datasets["matched"], run.recipe)
        for method in ("map", *METHODS):
            explain(run, [picture], tmp_path / method, method=method)
        annotate_next(run, 2, out=tmp_path / "next")
        class_images(run, ["melanoma"], tmp_path / "images")
        gallery(run, [picture], tmp_path / "gallery")
        feature_maps([run], Options(split="matched", images=2))
        name_units(run, split="matched", out=tmp_path / "units", images=6, effect=True)
        examine(run, own(run, "matched"), seconds=1, images=6)
