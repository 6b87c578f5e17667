"""What the library says, in the words of the command line."""

from __future__ import annotations

import pickle

import pytest
from torch.utils.data import DataLoader, Dataset

from sightline.cli.words import in_flags
from sightline.errors import UserError


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("`split='test'`", "--split test"),
        ("`split='my \"test\"'`", "--split 'my \"test\"'"),
        ("`split='a`b'`", "--split 'a`b'"),
        ("`split='True'`", "--split True"),
        ("`resume=True`", "--resume"),
        ("`label='benign tumour'`", '--class "benign tumour"'),
        ("`ids=['a', 'b c']`", '--id a --id "b c"'),
        ("`minimum_dice=0.6`", "--minimum-dice 0.6"),
        ("`folder=...`", "--name"),
        ("`data.name=coco`", "--data coco"),
        ("`for_data=...`", "--for"),
        ("`train.start='runs/it\\'s mine/best.safetensors'`", '--from "runs/it\'s mine/best.safetensors"'),
        ("`train.epochs=3`", "--set train.epochs=3"),
        ("`train.epochs=...`", "--set train.epochs"),
        ("`data.options={units: share}`", '--set "data.options={units: share}"'),
        ("`data.grey=[LOW,HIGH]`", '--set "data.grey=[LOW,HIGH]"'),
        ("`sightline.check(...)`", "`sightline data check ...`"),
        ("`sightline.evaluate(sightline.Run('a b/c'), split=['it(s)'])`", '`sightline evaluate "a b/c" --split "it(s)"`'),
    ],
)
def test_what_the_library_wrote_is_translated(python: str, said: str) -> None:
    assert in_flags(f"x`y: is wrong. Try {python}.") == f"x`y: is wrong. Try {said}."


@pytest.mark.parametrize(
    "text",
    [
        "runs/split='x' resume=True: is no run",
        "class 'split=`x': the run has no such class",
        "`own=3`",
        "`sightline recipes`",
        "`sightline.nonsense('a')`",
        "`data.kind`, data.kind=xray",
        "photos/`split",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert in_flags(text) == text


class Missing(Dataset[int]):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> int:
        raise UserError("a/b.png", "holds negative grey values", "Give `data.grey=[LOW,HIGH]`.")


def test_arguments_come_home_from_another_process() -> None:
    with pytest.raises(UserError) as error:
        list(DataLoader(Missing(), num_workers=1))
    for one in (error.value, pickle.loads(pickle.dumps(error.value))):
        assert str(one) == "a/b.png: holds negative grey values. Give `data.grey=[LOW,HIGH]`."
        assert in_flags(str(one)) == 'a/b.png: holds negative grey values. Give --set "data.grey=[LOW,HIGH]".'
