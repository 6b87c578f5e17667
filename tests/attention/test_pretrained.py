"""Pretrained weights on a machine without a network: from the cache, or refused at once with the way to get them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
import timm
import torch
from safetensors.torch import load_file, save_file
from timm.models import get_pretrained_cfg

from sightline.attention import pretrained
from sightline.attention.backbone import Backbone as Network
from sightline.attention.pretrained import by_hand, check_weights, maybe_kept, on_the_hub, source, unreachable
from sightline.attention.weights import create
from sightline.config import Backbone
from sightline.errors import UserError


@pytest.fixture
def nothing_kept(monkeypatch):
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_: None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)


def answering(monkeypatch, head) -> None:
    monkeypatch.setattr("huggingface_hub.get_session", lambda: SimpleNamespace(head=head))


def test_a_network_that_is_not_there_is_said_at_once_with_the_file_to_get(nothing_kept, monkeypatch):
    def head(*_, **__):
        raise OSError("no route to host")

    answering(monkeypatch, head)
    with pytest.raises(UserError) as error:
        source("resnet18")
    said = str(error.value)
    assert "weights of resnet18 are not on this machine" in said
    assert "timm.create_model('resnet18', pretrained=True)" in said
    assert "`backbone.weights=resnet18.safetensors`" in said
    assert "HF_HOME" in said
    assert "\n" not in said


def test_an_answer_that_never_comes_is_not_waited_for(nothing_kept, monkeypatch):
    monkeypatch.setattr(pretrained, "PATIENCE", -0.9)
    answering(monkeypatch, lambda *_, **__: time.sleep(2))
    began = time.monotonic()
    with pytest.raises(UserError, match="no answer"):
        source("resnet18")
    assert time.monotonic() - began < 1.5
    asking = [thread for thread in threading.enumerate() if thread is not threading.main_thread() and thread.name.endswith("(ask)")]
    assert asking
    assert all(thread.daemon for thread in asking), "nor at the end of the program"


@pytest.mark.parametrize(("status", "refused"), [(200, False), (307, False), (403, True), (404, True)])
def test_who_answers_has_to_give_the_file(nothing_kept, monkeypatch, status, refused):
    answering(monkeypatch, lambda *_, **__: SimpleNamespace(status_code=status))
    if refused:
        with pytest.raises(UserError, match=f"status {status}"):
            source("resnet18")
    else:
        assert source("resnet18") == {}


def test_the_file_itself_is_asked_for_and_without_a_name_only_whether_anybody_is_there(nothing_kept, monkeypatch):
    asked = []
    answering(monkeypatch, lambda where, **_: asked.append(where) or SimpleNamespace(status_code=200))
    assert unreachable("timm/resnet18.a1_in1k") is unreachable() is None
    site = asked[1]
    assert asked == [f"{site}/timm/resnet18.a1_in1k/resolve/main/model.safetensors", site]
    assert re.fullmatch(r"https?://[^/]+", site)


def test_offline_by_wish_is_said(nothing_kept, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="HF_HUB_OFFLINE is set"):
        check_weights(Backbone(name="resnet18", weights="imagenet"))


def test_the_files_of_timm_tell_only_what_its_registry_confirms():
    told = [name for name in ("resnet18", "mobilenetv2_100", "vgg16", "resnet50", "test_resnet") if on_the_hub(name)]
    assert len(told) == 5
    assert not on_the_hub("resnet181")
    assert not on_the_hub("fastvit_mci0"), "its weights are Apple's"
    some = timm.list_models()[::23]
    for name in filter(on_the_hub, some):
        assert get_pretrained_cfg(name).hf_hub_id.startswith(f"timm/{name}."), name
    assert sum(map(on_the_hub, some)) > len(some) / 2


def test_a_missing_network_is_said_before_timm_is_imported(tmp_path):
    code = (
        "import sys; from typer.testing import CliRunner; from sightline.cli import app; "
        "found = CliRunner().invoke(app, ['train', 'label-only', '--data', 'phantom', '--set', 'backbone.weights=imagenet']); "
        "print(found.exception, *(name for name in ('torch', 'timm', 'lightning', 'torchvision') if name in sys.modules), sep='|')"
    )
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=offline, check=True)
    assert found.stdout.strip().split("|")[1:] == [], found.stdout
    assert "are not on this machine, and HF_HUB_OFFLINE is set" in found.stdout


def test_what_the_cache_may_hold_is_left_to_timm_to_find(tmp_path, monkeypatch, nothing_kept):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    (tmp_path / "models--timm--resnet18.a1_in1k").mkdir()
    assert maybe_kept("resnet18")
    assert not maybe_kept("resnet1")
    (tmp_path / "models--timm--resnet18.a1_in1k").rmdir()
    assert not maybe_kept("resnet18")


def test_the_command_of_the_remedy_makes_a_file_that_can_be_given(tmp_path, monkeypatch):
    command = re.search(r'python -c "(.*)"; copy', by_hand("test_resnet")).group(1)
    monkeypatch.chdir(tmp_path)
    exec(command.replace("pretrained=True", "pretrained=False"), {})
    given = Backbone(name="test_resnet", weights="test_resnet.safetensors")
    check_weights(given)
    kept = load_file("test_resnet.safetensors")
    assert torch.equal(Network(given).net.state_dict()["conv1.0.weight"], kept["conv1.0.weight"])


def test_weights_in_the_cache_are_used_without_asking_anyone(tmp_path, monkeypatch):
    net = timm.create_model("test_resnet", pretrained=False)
    save_file(net.state_dict(), tmp_path / "model.safetensors")
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_: str(tmp_path / "model.safetensors"))
    answering(monkeypatch, lambda *_, **__: pytest.fail("asked"))
    made = create("test_resnet", pretrained=True)
    assert torch.equal(made.state_dict()["conv1.0.weight"], net.state_dict()["conv1.0.weight"])


def test_a_file_that_is_not_there_and_weights_that_nobody_has(tmp_path):
    with pytest.raises(UserError, match=r"missing\.safetensors: is not a file\. With a network"):
        check_weights(Backbone(name="resnet18", weights=str(tmp_path / "missing.safetensors")))
    check_weights(Backbone(name="cnn4", weights="imagenet"))  # said when it is built
    check_weights(Backbone(name="resnet18", weights="none"))
