"""Settings that cannot be meant, and some that can: a bound that refuses those would be as wrong."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from faulty.fault import Fault, Step, reads, refused

IMPOSSIBLE = {
    "data": """
        image_size=0 image_size=1 image_size=-5 image_size=1000000 image_size=64.5 image_size=large image_size=true image_size=null
        load_size=1 load_size=10000000 gaze_blur=0 gaze_blur=1000000000 centre=0 centre=1.5 centre=-1 annotated_fraction=1.5
        annotated_fraction=-0.1 annotated_fraction=.nan fit=stretch balance=perhaps leaks=hide cache=perhaps name=foldr task=7
        options=3 options=[1] classes={a:[x]} augment.rotate=[10,-10] augment.rotate=[0,1e9] augment.rotate=30
        augment.scale_x=[-1,1] augment.scale_x=[0,0] augment.scale_y=[2,1] augment.scale_x=[1,1e9] augment.translate=1e9
        augment.translate=-3 augment.flip_x=2 augment.flip_y=-1 augment.crop_scale=[2,3] augment.crop_scale=[0,0]
        augment.crop_scale=[0.5,0.2] augment.crop_ratio=[0,0] augment.crop_ratio=[-1,1] augment.brightness=-1 augment.brightness=1e9
        augment.contrast=[1,0] augment.saturation=.inf augment.hue=0.9 augment.fill=[300,0,0] augment.fill=[-1,0,0]
        augment.fill=[0,0] augment.shear_x=[0,1e9] augment.shear_y=[5,-5] augment.brightnes=0.1 roi.noise=1e6 roi.noise=-1
        roi.shift=1e9 roi.shift=-1 roi.grow=-1 roi.grow=1e9 roi.shape=star roi.control=left roi.pseudo=/nowhere/at/all
        decoy.strength=2 decoy.size=0 decoy.size=0.9 decoy.artefact=moon split.val=1.5 split.val=-0.1 split.test=1 split.folds=1
        split.folds=100000 split.fold=3 split.fold=-1
    """,
    "train": """
        epochs=0 epochs=-1 epochs=1000000000 epochs=1.5 epochs=many epochs=true batch_size=0 batch_size=100000000 optimizer.lr=0
        optimizer.lr=-1 optimizer.lr=1e38 optimizer.lr=.inf optimizer.lr=.nan optimizer.momentum=1.5 optimizer.weight_decay=-1
        optimizer.weight_decay=1e9 optimizer.name=sdg schedule.gamma=2 schedule.every=0 schedule.patience=0 schedule.min_lr=-1
        schedule.name=sometimes select=auc select=val/auk select_mode=most early_stop=0 clip=0 clip=-1 clip=.nan devices=0
        devices=100000 workers=-1 workers=100000 precision=8 accelerator=quantum seed=-1 seed=1e30 lr_factors={head:0}
        lr_factors={tail:1} start=/nowhere
    """,
    "backbone": """
        name=resnet_18 name=../../x weights=imagnet weights=/nowhere.pt stride=3 stride=0 output_stride=5 drop_path=1 drop_path=2
        mean=[0,0] std=[0,0,0] std=[-1,1,1]
    """,
    "head": """
        dropout=1 dropout=-0.1 dropout=1.5 hidden=[-5] hidden=[0] hidden=[1000000000] kind=big
    """,
    "evaluate": """
        confidence=0 confidence=1 confidence=95 confidence=-0.5 bootstrap=0 bootstrap=1 bootstrap=1000000000 threshold=-1
        threshold=2 shuffles=-1 explain=nobody splits=[]
    """,
    "losses": """
        classification.weight=0 classification.weight=-1 classification.weight=.inf classification.weight=.nan
        classification.weight=1e38 classification.name=crossentropy classification.start=-1 classification.ramp=-1 guidance=energy
        guidance=[{name:enrgy}] guidance=[{name:energy,weight:-1}] guidance=[{name:energy,wieght:1}] guidance=[{weight:1}]
        behaviour=[{name:energy}]
    """,
}
POSSIBLE = """
    data.image_size=64 data.annotated_fraction=0 data.annotated_fraction=1 data.augment.rotate=[-180,180] data.augment.scale_x=[0.8,1.2]
    data.augment.crop_scale=[0.3,1]
    data.augment.fill=[0,0,0] data.augment.fill=[255,255,255] data.augment.hue=0.5 data.roi.grow=-0.5 data.roi.grow=1
    data.split.val=0.3 data.split.folds=5 train.epochs=300 train.batch_size=1 train.optimizer.lr=1e-6 train.optimizer.lr=0.1 train.clip=1
    train.early_stop=10 train.seed=0 train.select=last head.dropout=0.5 head.hidden=[1024] evaluate.confidence=0.99 evaluate.bootstrap=10000
    losses.classification.weight=0.5 data.gaze_blur=400 data.centre=0.8 train.lr_factors={head: 10} backbone.stride=8
"""
NOT_YAML = [
    "a: [1",
    "=3",
    "a",
    "a..b=1",
    ".a=1",
    "data=3",
    "data.=3",
    "=",
    "",
    " ",
    "data.image_size",
    "data.image_size=[1",
    "data.image_size={",
    "data.image_size=\t",
    "data.image_size=!!python/object/apply:os.system [touch EXECUTED]",
    "data.image_size=!!python/name:os.system",
    "data.image_size=*a",
    "data.image_size=&a [*a]",
    "data.options=" + "[" * 3000,
    "data.options={a: 1, a: 2}",
    "data.image_size=" + "9" * 5000,
    "data.options=\x00",
    "data.name=\ud800",
    "nothing.here=1",
    "data.image_sise=64",
    "train.optimizer=adam",
    "data.options={1: 2}",
    "data.image_size=2026-11-26",
    "data.name=on",
    "data.options={? [a, b] : c}",
    "data.image_size='64",
    'data.image_size="64',
]


def faults() -> list[Fault]:
    """`recipes show` resolves and checks a recipe as `train` does, without data."""
    impossible = [f"{section}.{setting}" for section, some in IMPOSSIBLE.items() for setting in some.split()]
    possible = [f"{entry.strip()}" for entry in _entries(POSSIBLE)]
    checked_later = (
        "data.roi.pseudo=/nowhere",
        "data.task=7",
        "data.classes=",
        "train.select=auc",
        "train.select=val/auk",
        "backbone.weights=",
        "backbone.name=",
        "train.start=",
        "evaluate.splits=",
        "data.split.fold",
        "data.options=",
    )
    found = []
    for setting in impossible:
        step = partial(_train if setting.startswith(checked_later) else _show, setting=setting)
        found.append(Fault("settings", setting, step, refused(NAMED.get(setting) or _key(setting))))
    found += [Fault("settings", f"possible: {setting}", partial(_show, setting=setting), reads()) for setting in possible]
    comment = "data.image_size=64 # pixels: ["
    found += [Fault("settings", "possible: a comment of YAML", partial(_show, setting=comment), reads("image_size: 64"))]
    found += [Fault("settings", f"--set {setting[:60]!r}", partial(_show, setting=setting), refused()) for setting in NOT_YAML]
    return found


NAMED = {"data.name=foldr": "folder", "losses.classification.name=crossentropy": "cross_entropy", "train.start=/nowhere": "/nowhere"}


def _entries(text: str) -> list[str]:
    return text.replace(": ", ":").split()


def _key(setting: str) -> str:
    """What a message has to name: the last part of the key, or for whole mappings the section."""
    return setting.split("=")[0].split(".")[-1].replace("splits", "").replace("weights", "")


def _show(folder: Path, setting: str) -> list[Step]:
    return [["recipes", "show", "energy", "--set", setting.replace("head:10", "head: 10")]]


def _train(folder: Path, setting: str) -> list[Step]:
    small = ["data.image_size=32", "data.options={size: 64, train: 24, val: 12, test: 8}", "backbone.name=test_resnet", "train.epochs=1"]
    sets = [part for value in (*small, setting) for part in ("--set", value)]
    return [["train", "energy", "--no-report", *sets]]
