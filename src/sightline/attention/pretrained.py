"""Where timm's pretrained weights come from: a copy on this machine, or Hugging Face, which is asked briefly before it is waited for."""

from __future__ import annotations

import glob
import re
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sightline import catalog
from sightline.config import Backbone
from sightline.errors import UserError

PATIENCE = 3.0  # seconds in which Hugging Face has to answer something
FILE = "model.safetensors"


def source(name: str) -> dict[str, Any]:
    """What `timm.create_model` is told besides `pretrained=True`: the file in Hugging Face's cache (`HF_HOME`), which needs no network,
    or nothing, so that timm downloads it.

    Args:
        name: of a timm model.

    Raises:
        UserError: the weights are not on this machine, and Hugging Face does not answer.
    """
    from huggingface_hub import try_to_load_from_cache
    from timm.models import get_pretrained_cfg

    settings = get_pretrained_cfg(name)
    if settings is None or not settings.hf_hub_id:
        return {}  # timm's own matter: it has none, or has them elsewhere
    repository = settings.hf_hub_id
    kept = try_to_load_from_cache(repository, FILE)
    if isinstance(kept, str):
        return {"pretrained_cfg_overlay": {"file": kept}}
    if why := unreachable(repository):
        raise not_here(name, why)
    return {}


def check_weights(backbone: Backbone) -> None:
    """Refuses pretrained weights that cannot be had, before anything else has cost time.

    Where the files of timm tell that a model's weights lie on Hugging Face, and neither its cache nor the network has them, this is said
    without importing timm, which takes seconds.

    Raises:
        UserError: see `source`; the file that the recipe names is not there.
    """
    if backbone.weights == "imagenet" and backbone.name not in catalog.places("backbone"):
        if on_the_hub(backbone.name) and not maybe_kept(backbone.name) and (why := unreachable()):
            raise not_here(backbone.name, why)
        source(backbone.name)
    elif backbone.weights not in ("none", "imagenet") and not Path(backbone.weights).is_file():
        raise UserError(f"backbone.weights {backbone.weights}", "is not a file", by_hand(backbone.name))


def on_the_hub(name: str) -> bool:
    """Whether timm's files say that all weights of a model lie in repositories `timm/NAME.TAG`; False: nothing can be told so quickly."""
    found = find_spec("timm")
    folders = [Path(place) for place in (found.submodule_search_locations or [] if found else [])]
    entry = re.compile(rf"""['"]{re.escape(name)}\.\w+\*?['"]:\s*\w+\([^()#]*?hf_hub_id=['"]([^'"]*)['"]""")
    owners = {owner for folder in folders for file in folder.glob("models/*.py") for owner in entry.findall(file.read_text("utf-8"))}
    return owners == {"timm/"}


def maybe_kept(name: str) -> bool:
    """Whether Hugging Face's cache has a repository `timm/NAME.TAG`, of whatever tag."""
    from huggingface_hub import constants

    return any(Path(constants.HF_HUB_CACHE).glob(f"models--timm--{glob.escape(name)}.*"))


def not_here(name: str, why: str) -> UserError:
    """The weights of a timm model cannot be had."""
    return UserError("backbone.weights imagenet", f"the weights of {name} are not on this machine, and {why}", by_hand(name))


def unreachable(repository: str | None = None) -> str | None:
    """Why Hugging Face does not give the weights of a repository, or does not answer at all, found within some seconds; None: it does."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    failure: list[str] = ["no answer"]

    def ask() -> None:
        from huggingface_hub import get_session

        try:
            asked = constants.ENDPOINT + (f"/{repository}/resolve/main/{FILE}" if repository else "")
            answer = get_session().head(asked, timeout=PATIENCE)
            failure[:] = [] if answer.status_code < 400 else [f"status {answer.status_code}"]
        except Exception as error:  # of requests or httpx, by version
            failure[:] = [type(error).__name__]

    # in a thread, since looking up a name has no time limit of its own
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE + 1)
    return f"{constants.ENDPOINT} does not give them ({failure[0]})" if failure else None


def by_hand(name: str) -> str:
    """How the weights of a timm model come to a machine without a network."""
    made = f"save_file(timm.create_model('{name}', pretrained=True).state_dict(), '{name}.safetensors')"
    return (
        f'With a network, run: python -c "import timm; from safetensors.torch import save_file; {made}"; copy the file here, and give '
        f"`backbone.weights={name}.safetensors`. Or copy Hugging Face's cache of a machine that has them, and name it in HF_HOME."
    )
