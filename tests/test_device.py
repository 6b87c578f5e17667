"""One policy of devices, and no tensor made on another one than the network's."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from lightning.fabric.utilities.apply_func import move_data_to_device
from PIL import Image
from torch.overrides import TorchFunctionMode
from typer.testing import CliRunner
from untrained_run import untrained

import sightline as sl
from sightline.annotate.advise import annotate_next
from sightline.attention.classifier import build
from sightline.audit.examine import examine
from sightline.audit.which import own
from sightline.cli import app
from sightline.device import device_of, of_training, resolve
from sightline.engine.evaluate import observe
from sightline.engine.nodes import Crew
from sightline.engine.run import Run
from sightline.engine.train import _trainer
from sightline.errors import UserError
from sightline.explain.class_image import class_image, class_images
from sightline.explain.figure.kind import Options
from sightline.explain.figure.units import feature_maps
from sightline.explain.gallery import gallery
from sightline.explain.maps import explain
from sightline.explain.methods import METHODS
from sightline.explain.units import name_units
from sightline.face.settings import in_study
from sightline.losses.objective import Objective
from sightline.predict.to_files import predict_to_files
from sightline.study.run import _run


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


class Reached(Exception):
    """A device came to where it is looked up."""


def arguments_of(run: Path, folder: Path) -> dict[str, list[str]]:
    """What each verb that runs a network needs to come so far."""
    own, photo = str(run), folder / "photo.png"
    Image.new("RGB", (40, 40)).save(photo)
    alone = ("evaluate", "audit", "report", "gallery", "units", "class-image", "annotate-next", "review", "serve")
    return {verb: [own] for verb in alone} | {
        "compare": [own, own],
        "explain": [own, str(photo)],
        "predict": [own, str(photo)],
        "figure": ["roc", "--run", own],
        "pseudo-mask": ["--data", "phantom", "--out", str(folder / "masks")],
        "train": ["label-only", "--data", "phantom", "--runs", str(folder)],
        "demo": ["--out", str(folder / "demo")],
        "study": ["phantom-controls"],
        "recommend": ["--data", "phantom"],
    }


def test_every_verb_that_runs_a_network_passes_the_device_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reach(device: str) -> str:
        raise Reached(device)

    for place in ("engine.run_folder.resolve", "pseudo.make.resolve"):
        monkeypatch.setattr(f"sightline.{place}", reach)
    monkeypatch.setattr("sightline.engine.train.check_hardware", lambda settings: reach(settings.accelerator))
    monkeypatch.setattr("sightline.face.study.load_plan", lambda plan, settings, seeds: reach(settings["train.accelerator"]))
    monkeypatch.setattr("sightline.face.recommending.plan_for", lambda settings, artefact: reach(settings["train.accelerator"]))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    wanted = arguments_of(run.path, tmp_path)
    without = {"export"}  # it makes files on the CPU
    verbs = {str(v.name or v.callback.__name__) for v in app.registered_commands if v.callback}
    assert set(wanted) == verbs - without
    in_studies = {"cuda:1": "gpu"}  # a process of a study sees no other GPU
    for verb, arguments in wanted.items():
        for device in ("cpu", "cuda:1", "mps"):
            found = CliRunner().invoke(app, [verb, *arguments, "--device", device])
            assert isinstance(found.exception, Reached), f"{verb}: {found.exception!r} {found.output}"
            assert str(found.exception) == (in_studies.get(device, device) if verb in ("study", "recommend") else device), verb


def test_the_trainings_of_a_study_share_the_gpu_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert in_study("cuda:3", "local") == ({"train.accelerator": "gpu"}, 3)
    assert in_study("cuda", "local") == ({"train.accelerator": "gpu"}, None)
    assert in_study("auto", "ray") == ({}, None)
    with pytest.raises(UserError, match="gives each training one of its own"):
        in_study("cuda:3", "ray")
    with pytest.raises(UserError, match="there are 4 on this machine"):
        in_study("cuda:4", "local")
    given: list[tuple[int, list[int]]] = []
    monkeypatch.setattr("sightline.study.run._job", lambda study, cell, threads: cell)
    monkeypatch.setattr("sightline.study.run.run_local", lambda jobs, done, workers, devices: given.append((workers, devices)))
    cells = [SimpleNamespace(key=key, choice=None) for key in "abcdef"]
    study = SimpleNamespace(plan=SimpleNamespace(search=None), to_search=[], to_do=lambda: cells, to_come=list, count_done=lambda: 0)
    for workers, gpu in ((None, 3), (2, 3), (None, None), (6, None)):
        _run(study, lambda *_: None, "local", workers, 1, None, gpu)  # type: ignore[arg-type]
    assert given == [(1, [3]), (2, [3]), (4, [0, 1, 2, 3]), (6, [0, 1, 2, 3])]


@pytest.mark.parametrize(
    ("settings", "kind", "devices"),
    [({"accelerator": "cuda:1"}, "gpu", [1]), ({"accelerator": "gpu", "devices": 2}, "gpu", 2), ({}, "auto", 1)],
)
def test_a_training_takes_the_gpu_that_is_named(settings: dict[str, object], kind: str, devices: object, tiny_recipes) -> None:  # type: ignore[no-untyped-def]
    asked = {}
    chosen = tiny_recipes({f"train.{key}": value for key, value in settings.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sightline.engine.train.L.Trainer", lambda **given: asked.update(given))
        _trainer(chosen, Path("run"), [], [], Crew())
    assert (asked["accelerator"], asked["devices"]) == (kind, devices)


MOVES = (torch.Tensor.to, torch.Tensor.copy_, torch._has_compatible_shallow_copy_type)


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
    picture, photo = np.zeros((40, 40, 3), np.uint8), tmp_path / "photo.png"
    Image.fromarray(picture).save(photo)
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
        predict_to_files(
            [run], [tmp_path / "photo.png"], tmp_path / "p.csv", maps=tmp_path / "raw", drawings=tmp_path / "drawn", views="flips"
        )


def test_no_tensor_is_made_elsewhere_when_a_network_learns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training step of every loss of the recipe, as the engine takes it."""
    losses = {"losses.guidance": [{"name": "energy"}, {"name": "selective_mse"}], "losses.behaviour": [{"name": "mining"}]}
    recipe = run.recipe.changed(losses)
    classifier = build(recipe, 2).to("meta")
    objective = Objective(recipe.losses, recipe.weighting).to("meta")
    batch = next(iter(run.datasets["train"].loader(batch_size=4)))
    if not hasattr(torch.fx.experimental._config, "meta_nonzero_assume_all_nonzero"):
        pytest.skip("this PyTorch cannot count on `meta`")
    monkeypatch.setattr("torch.fx.experimental._config.meta_nonzero_assume_all_nonzero", True)
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # there is none for `meta`
    with Elsewhere():
        total = objective(classifier, move_data_to_device(batch, torch.device("meta")), 0.0)[0]
        total.backward()
    assert {weight.grad.device.type for weight in classifier.parameters() if weight.grad is not None} == {"meta"}


def test_no_tensor_is_made_elsewhere_when_masks_are_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"size": 64, "train": 8, "val": 4, "test": 4}
    settings = {"data.options": few, "target.options": few, "epochs": 1, "batch_size": 2}
    monkeypatch.setattr("sightline.pseudo.make._require", lambda *_: None)
    with Elsewhere(), pytest.raises(UserError, match="none of the 24 predicted masks passes the checks"):  # all of them are noughts
        sl.pseudo_mask("phantom", tmp_path / "masks", for_data="phantom", image_size=64, settings=settings, device="meta")
