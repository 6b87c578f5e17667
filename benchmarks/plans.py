"""What `arms.py` compares: which arms, what they share, on which data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Arm = tuple[str, dict[str, Any]]  # recipe and settings of its own


@dataclass(frozen=True)
class Plan:
    """Arms by name, what they share, the data set, the splits that are reported, and the paper whose own scores are added."""

    arms: dict[str, Arm]
    shared: dict[str, Any]
    data: str
    splits: tuple[str, ...]
    seed_settings: tuple[str, ...] = ("train.seed",)
    paper: str = ""


MOBILE = {
    "backbone": {"name": "mobilenetv2_100"},
    "train.optimizer": {"name": "adamw", "lr": 5e-4, "weight_decay": 0.01},
    "train.schedule": {"name": "one_cycle"},
    "train.batch_size": 32,
    "train.select": "last",
    "data.image_size": 128,
    "data.augment": {"flip_x": 0.5, "flip_y": 0.5, "rotate90": True, "brightness": 0.1, "contrast": 0.1},
}
ISIC2017 = {"train.epochs": 4, "data.leaks": "drop"}
BUSI = {"train.epochs": 8, "data.split": {"val": 0.25, "test": 0.0, "near_duplicates": True}}
REAL_ARMS: dict[str, Arm] = {
    "label-only": ("label-only", {}),
    "energy": ("energy", {}),
    "gates + Dice": (
        "gates",
        {"attention.width": 256, "losses.classification": {"name": "cross_entropy"}} | {f"losses.guidance.{i}.weight": 0.3 for i in (0, 1)},
    ),
    "decoder": ("decoder", {}),
}
ENERGY, OUTSIDE, BACKGROUND = {"name": "energy", "classes": "all"}, {"name": "outside", "classes": "all"}, {"name": "background"}

# the families of two papers with a small network and a short schedule; everything else is the recipe's
FAMILY = MOBILE | {"data.image_size": 96, "data.task": None, "data.options": {}}
GATED = {"attention.taps": ["stride:8", "stride:16"]}
ATTNMEL: dict[str, Arm] = {
    "vgg16-gap": ("vgg16-gap", {}),
    "mel-cnn": ("mel-cnn", GATED),
    "attnmel": ("attnmel", GATED),
    "attnmel-lesion": ("attnmel-lesion", GATED),
    "attnmel-bkg": ("attnmel-bkg", GATED),
    "attnmel-lesion, weights 0.3": ("attnmel-lesion", GATED | {f"losses.guidance.{i}.weight": 0.3 for i in (0, 1)}),
}
SPN: dict[str, Arm] = {
    "label-only": ("spn", {"attention": {"name": "cam"}, "head.hidden": [], "losses.guidance": []}),
    "spn": ("spn", {}),
    "spn, 25 % of the masks": ("spn", {"data.annotated_fraction": 0.25}),
    "spn-code": ("spn-code", {}),
    "spn-code, L1": ("spn-code", {"losses.guidance.0.name": "l1"}),
    "spn-code, L2": ("spn-code", {"losses.guidance.0.name": "l2"}),
}

CHEST = {
    "backbone": {"name": "resnet18", "stride": 8},
    "data.options": {"size": 96, "train": 400, "val": 100, "test": 300},
    "data.image_size": 96,
    "data.fit": "squash",
    "data.gaze_blur": 25,
    "evaluate.point_into": {"cardiomegaly": ["heart"], "pneumonia": ["lungs"]},
    "evaluate.point_within": 1,
    "train.epochs": 16,
    "train.early_stop": None,
    "train.select": "last",
    "train.optimizer": {"name": "adam", "lr": 1e-3},
    "train.lr_factors": {"losses": 5},  # 0.005 for sigmas and alpha, as in the recipes
    "train.batch_size": 16,
    "train.schedule": {"name": "constant"},
}

GGCAM: dict[str, Arm] = {
    "ggcam-baseline": ("ggcam-baseline", {}),
    "ggcam": ("ggcam", {}),
    "ggcam-code": ("ggcam-code", {}),
}


def phantom_arm(guidance: list[dict[str, Any]], behaviour: list[dict[str, Any]], **settings: Any) -> Arm:
    """The demo's guided recipe with other losses."""
    return "demo-guided", {"losses.guidance": guidance, "losses.behaviour": behaviour} | settings


PLANS = {
    "phantom": Plan(
        arms={
            "label-only": ("demo-label-only", {}),
            "outside + energy": ("demo-guided", {}),
            "energy + background": phantom_arm([ENERGY | {"weight": 0.5}], [BACKGROUND]),
            "outside": phantom_arm([OUTSIDE], []),
            "background": phantom_arm([], [BACKGROUND]),
            "energy": phantom_arm([ENERGY | {"weight": 0.5}], []),
            "inside-ce": phantom_arm([{"name": "inside_ce"}], []),
            "segment": phantom_arm(
                [],
                [{"name": "pixel_class"}],
                attention={"name": "segment"},
                **{"losses.classification": {"name": "cross_entropy", "weight": 0}},
            ),
        },
        shared={},
        data="phantom",
        splits=("matched", "flipped", "removed"),
        seed_settings=("train.seed", "data.options.seed"),
    ),
    "isic2017": Plan(REAL_ARMS, MOBILE | ISIC2017, "isic2017", ("val",)),
    "busi": Plan(REAL_ARMS, MOBILE | BUSI, "busi", ("val",)),
    "ggcam-phantom": Plan(GGCAM, CHEST, "phantom_cxr", ("test",)),
    "attnmel-isic2017": Plan(ATTNMEL, FAMILY | ISIC2017 | {"data.load_size": 112, "train.epochs": 3}, "isic2017", ("val",), paper="003"),
    "attnmel-busi": Plan(ATTNMEL, FAMILY | BUSI | {"data.load_size": 112}, "busi", ("val",), paper="003"),
    "spn-isic2017": Plan(SPN, FAMILY | ISIC2017 | {"train.epochs": 3}, "isic2017", ("val",), paper="001"),
    "spn-busi": Plan(SPN, FAMILY | BUSI, "busi", ("val",), paper="001"),
}
