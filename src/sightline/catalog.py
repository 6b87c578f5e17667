"""Name -> place of everything that a recipe can name. Adding a plug-in: its file, a line here, its test.

Places are imported only when they are used, so that the help of the command line stays fast. Third parties add theirs through an entry
point of the group `sightline.<room>`, for example `[project.entry-points."sightline.guidance"] mine = "my_package.mine:Mine"`; see
`plugins.py`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any

from pydantic import TypeAdapter, ValidationError, validate_call

from sightline import plugins
from sightline.errors import UserError, nearest
from sightline.refusals import in_words

PLACES: dict[str, dict[str, str]] = {
    "data": {
        "phantom": "sightline.data.sets.phantom:read",
        "phantom_cxr": "sightline.data.sets.phantom_cxr:read",
        "phantom_ultrasound": "sightline.data.sets.phantom_ultrasound:read",
        "phantom_findings": "sightline.data.sets.phantom_findings:read",
        "decoy_digits": "sightline.data.sets.decoy_digits:read",
        "isic2016": "sightline.data.sets.isic2016:read",
        "isic2017": "sightline.data.sets.isic2017:read",
        "isic2018": "sightline.data.sets.isic2018:read",
        "isic2018_lesions": "sightline.data.sets.isic2018_lesions:read",
        "isic_archive": "sightline.data.sets.isic_archive:read",
        "ph2": "sightline.data.sets.ph2:read",
        "busi": "sightline.data.sets.busi:read",
        "cub200": "sightline.data.sets.cub200:read",
        "coco": "sightline.data.sets.coco:read",
        "voc": "sightline.data.sets.voc:read",
        "labelme": "sightline.data.sets.labelme:read",
        "yolo": "sightline.data.sets.yolo:read",
        "via": "sightline.data.sets.via:read",
        "labelstudio": "sightline.data.sets.labelstudio:read",
        "cvat": "sightline.data.sets.cvat:read",
        "dicom_seg": "sightline.data.sets.dicom_seg:read",
        "egd_cxr": "sightline.data.sets.egd_cxr:read",
        "reflacx": "sightline.data.sets.reflacx:read",
        "table": "sightline.data.sets.table:read",
        "folder": "sightline.data.sets.folder:read",
    },
    "backbone": {
        "cnn4": "sightline.attention.cnn4:Cnn4",
    },
    "attention": {
        "none": "sightline.attention.plain:Plain",
        "cam": "sightline.attention.cam:Cam",
        "gradcam": "sightline.attention.gradcam:GradCam",
        "gradcam++": "sightline.attention.gradcam_pp:GradCamPlusPlus",
        "gates": "sightline.attention.gates:Gates",
        "decoder": "sightline.attention.decoder:Decoder",
        "mask": "sightline.attention.mask_attention:MaskAttention",
        "own_region": "sightline.attention.own_region:OwnRegion",
        "segment": "sightline.attention.segment:Segment",
    },
    "classification": {
        "cross_entropy": "sightline.losses.cross_entropy:CrossEntropy",
        "binary_cross_entropy": "sightline.losses.binary_cross_entropy:BinaryCrossEntropy",
        "focal": "sightline.losses.focal:Focal",
        "group_dro": "sightline.losses.group_dro:GroupDRO",
    },
    "guidance": {
        "l2": "sightline.losses.l2:L2",
        "l1": "sightline.losses.l1:L1",
        "pixel_ce": "sightline.losses.pixel_ce:PixelCrossEntropy",
        "dice": "sightline.losses.dice:Dice",
        "selective_mse": "sightline.losses.selective_mse:SelectiveMSE",
        "energy": "sightline.losses.energy:Energy",
        "inside_ce": "sightline.losses.inside_ce:InsideCrossEntropy",
        "outside": "sightline.losses.outside:Outside",
        "avoid": "sightline.losses.avoid:Avoid",
        "kl": "sightline.losses.kl:KL",
    },
    "behaviour": {
        "mining": "sightline.losses.mining:AttentionMining",
        "background": "sightline.losses.background:BackgroundInvariance",
        "agreement": "sightline.losses.agreement:Agreement",
        "sufficiency": "sightline.losses.sufficiency:Sufficiency",
        "necessity": "sightline.losses.necessity:Necessity",
        "invariance": "sightline.losses.invariance:Invariance",
        "rrr": "sightline.losses.rrr:RightReasons",
        "rrr_smooth": "sightline.losses.rrr_smooth:SmoothRightReasons",
        "pixel_class": "sightline.losses.pixel_class:PixelClass",
    },
    "weighting": {
        "fixed": "sightline.losses.weighting:Fixed",
        "uncertainty": "sightline.losses.uncertainty:Uncertainty",
        "calibrated": "sightline.losses.calibrated:Calibrated",
    },
    "figure": {
        "diagram": "sightline.explain.figure.diagram:diagram",
        "class-histogram": "sightline.explain.figure.counts:class_histogram",
        "samples": "sightline.explain.figure.samples:samples",
        "regions": "sightline.explain.figure.samples:regions",
        "pseudo-masks": "sightline.explain.figure.samples:pseudo_masks",
        "focal-loss": "sightline.explain.figure.focal:focal_loss",
        "loss-curve": "sightline.explain.figure.curves:loss_curve",
        "weights": "sightline.explain.figure.curves:weights",
        "roc": "sightline.explain.figure.curves:roc",
        "box-plots": "sightline.explain.figure.boxes:box_plots",
        "positives": "sightline.explain.figure.grids:positives",
        "attention-grid": "sightline.explain.figure.grids:attention_grid",
        "saliency": "sightline.explain.figure.grids:saliency",
        "masks": "sightline.explain.figure.masks:masks",
        "class-maps": "sightline.explain.figure.grids:class_maps",
        "map-values": "sightline.explain.figure.values:map_values",
        "feature-maps": "sightline.explain.figure.units:feature_maps",
    },
}

DRAWN = ("phantom", "phantom_cxr", "phantom_ultrasound", "phantom_findings")  # built-in data sets, whose pictures are drawn from a seed

FORMATS = ("coco", "voc", "labelme", "yolo", "via", "labelstudio", "cvat", "dicom_seg", "table", "folder")  # of data of one's own


def places(room: str) -> dict[str, str]:
    """Every name of a room, ours and third parties'."""
    return PLACES[room] | {o.name: o.place for o in plugins.offers() if o.room == room and o.name not in PLACES[room]}


def find(room: str, name: str) -> Any:
    """The class or function that `name` stands for in `room`.

    Raises:
        UserError: nothing of that name (the nearest known name is suggested), a name that several distributions offer, or a plug-in that
            cannot be loaded.
    """
    offer = plugins.chosen(room, name, PLACES[room])
    if offer is not None:
        return plugins.load(offer)
    if name not in PLACES[room]:
        reason = plugins.strangers(name, tuple(PLACES)) or "is not in the catalogue"
        raise UserError(f"{room} {name!r}", reason, nearest(name, places(room)))
    module, _, attribute = PLACES[room][name].partition(":")
    return getattr(import_module(module), attribute)


def origin(room: str, name: str) -> str | None:
    """Distribution and version of a third party's plug-in; None for what is built in."""
    offer = plugins.chosen(room, name, PLACES[room])
    return None if offer is None else offer.whose


def words(room: str, name: str) -> str:
    """What the plug-in is, in a few words: its own `words`, else the first line of its file."""
    found = find(room, name)
    return getattr(found, "words", "") or (sys.modules[found.__module__].__doc__ or name).strip().split("\n")[0].rstrip(".")


def make(room: str, name: str, options: dict[str, Any], *args: Any, where: str = "recipe") -> Any:
    """Calls the plug-in with the recipe's `options`, checked against its signature.

    Args:
        args: positional arguments that the program, not the recipe, supplies.
        where: recipe key for the message.

    Raises:
        UserError: an unknown option (the nearest is suggested) or a value of a wrong type.
    """
    plugin = find(room, name)
    check_options(plugin, options, where=f"{where} ({name})")
    return plugin(*args, **_coerced(plugin, options, f"{where} ({name})"))


def options_of(plugin: Any) -> dict[str, inspect.Parameter]:
    """The keyword-only parameters of a plug-in: what a recipe may set.

    A class whose `__init__` takes `**common` has those of its parent as well, unless it has one of that name itself.
    """
    makers = [vars(kind)["__init__"] for kind in plugin.__mro__ if "__init__" in vars(kind)] if isinstance(plugin, type) else [plugin]
    found: dict[str, inspect.Parameter] = {}
    for maker in makers:
        parameters = inspect.signature(maker, eval_str=True).parameters.values()
        found = {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY} | found
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return found


def check_options(plugin: Any, options: dict[str, Any], where: str, also: Iterable[str] = ()) -> None:
    """Refuses options that the plug-in does not have or whose type is wrong, without building it.

    Args:
        also: settings that stand beside the options in the recipe; only for the suggestion.
    """
    known = options_of(plugin)
    for key in options:
        if key not in known:
            remedy = nearest(key, {*known, *also}) if known or also else "It takes no options."
            raise UserError(f"{where}.{key}", "unknown setting", remedy)
    _coerced(plugin, options, where)


def _coerced(plugin: Any, options: dict[str, Any], where: str) -> dict[str, Any]:
    """The options with the types that the signature asks for (a list becomes a tuple, "1e-3" a float)."""
    known = options_of(plugin)
    kinds = {p.name: p.annotation for p in known.values()}

    def capture(**values: Any) -> dict[str, Any]:
        return values

    wanted = [known[k] for k in options]
    capture.__signature__ = inspect.Signature(wanted)  # type: ignore[attr-defined]
    capture.__annotations__ = {k: kinds[k] for k in options}
    try:
        checked = validate_call(config={"arbitrary_types_allowed": True, "allow_inf_nan": False})(capture)
        truths = {key: value for key, value in options.items() if isinstance(value, bool)}
        for key, value in truths.items():  # which Python takes for numbers
            if not _takes_truth(kinds[key], value):
                raise UserError(f"{where}.{key}", "a number or a word is wanted, not true or false", f"Given: {value}.")
        return dict(checked(**options))
    except ValidationError as error:
        key, reason, remedy = in_words(error)
        raise UserError(f"{where}.{key}", reason, remedy) from None


def _takes_truth(kind: Any, value: bool) -> bool:
    try:
        TypeAdapter(kind, config={"arbitrary_types_allowed": True}).validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
