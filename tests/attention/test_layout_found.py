"""The layout of a layer's output is found by what a changed corner changes in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sightline.attention.layout import Layout, layout_of
from sightline.errors import UserError

SIZE = (32, 64)  # of the pictures
GRID = (2, 4)


def pair(channels: int = 5, grid: tuple[int, int] = GRID, elsewhere: float = 0.0) -> Tensor:
    """Maps (2, K, h, w) of two pictures that differ in their upper left quarter, and by so much elsewhere."""
    first = torch.rand(channels, *grid)
    change = torch.full(grid, elsewhere)
    change[: max(grid[0] // 2, 1), : max(grid[1] // 2, 1)] = 1.0
    return torch.stack([first, first + change])


def tokens(maps: Tensor, prefix: int = 0) -> Tensor:
    """(B, K, h, w) -> (B, prefix + h w, K), the first tokens alike in both pictures."""
    places = maps.flatten(2).transpose(1, 2)
    return torch.cat([torch.ones(len(maps), prefix, maps.shape[1]), places], 1)


LAID_OUT: dict[Layout, Callable[[Tensor], Tensor]] = {
    Layout("maps"): lambda maps: maps,
    Layout("channels last"): lambda maps: maps.permute(0, 2, 3, 1),
    Layout("tokens"): tokens,
    Layout("tokens", 1): lambda maps: tokens(maps, 1),
    Layout("tokens", 5): lambda maps: tokens(maps, 5),
    Layout("tokens first"): lambda maps: tokens(maps).transpose(0, 1),
    Layout("tokens first", 1): lambda maps: tokens(maps, 1).transpose(0, 1),
    Layout("tokens last"): lambda maps: tokens(maps).transpose(1, 2),
    Layout("tokens last", 1): lambda maps: tokens(maps, 1).transpose(1, 2),
}


@pytest.mark.parametrize("layout", LAID_OUT, ids=str)
def test_each_layout_is_found_laid_out_and_led_back(layout: Layout) -> None:
    maps = pair()
    output = LAID_OUT[layout](maps)
    assert layout_of(output, SIZE, "layer") == layout
    found, back = layout.apply(output, SIZE)
    assert torch.equal(found, maps)
    assert torch.equal(back(found), output)


def test_an_output_that_could_be_either_is_what_its_changes_say() -> None:
    """Of (2, 4, 4, 4) rows, columns and channels may be any; the usual layout stands unless another is clearly better."""
    maps = pair(4, (4, 4))
    assert layout_of(maps, (32, 32), "layer").kind == "maps"
    assert layout_of(maps.permute(0, 2, 3, 1), (32, 32), "layer").kind == "channels last"
    alike = torch.stack([torch.zeros(4, 4, 4), torch.ones(4, 4, 4)])
    assert layout_of(alike, (32, 32), "layer").kind == "maps"


def test_what_the_user_says_counts() -> None:
    maps = pair(4, (4, 4))
    assert layout_of(maps, (32, 32), "layer", channels_last=True).kind == "channels last"
    assert layout_of(maps.permute(0, 2, 3, 1), (32, 32), "layer", channels_last=False).kind == "maps"


def test_sixteen_register_tokens_are_found_and_seventeen_are_not() -> None:
    grid = (4, 8)
    assert layout_of(tokens(pair(grid=grid), 16), SIZE, "layer") == Layout("tokens", 16)
    with pytest.raises(UserError, match="layer: its output"):
        layout_of(tokens(pair(grid=grid), 17), SIZE, "layer")


@pytest.mark.parametrize("shape", [(2, 5), (3, 5, 2, 4), (2, 5, 7, 3), (3, 8, 5), (2, 5, 7, 3, 1)])
def test_what_cannot_be_a_map_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match=r"layer x: its output .* for two images cannot be laid out as a map"):
        layout_of(torch.rand(shape), SIZE, "layer x")


def test_a_single_position_is_no_map() -> None:
    with pytest.raises(UserError, match="has a single position"):
        layout_of(pair(grid=(1, 1)), (32, 32), "layer")
    with pytest.raises(UserError, match="has a single position"):
        layout_of(tokens(pair(channels=7, grid=(1, 1))), (32, 32), "layer")
    assert layout_of(pair(grid=(1, 2)), SIZE, "layer").kind == "maps"


def test_tokens_that_all_change_alike_are_no_map_and_such_as_nothing_changes_may_be_one() -> None:
    """After a layer in which all tokens have met, a changed corner is everywhere."""
    for elsewhere in (1.0, 0.95):
        with pytest.raises(UserError, match="a change in one corner of the image changes all of its tokens alike"):
            layout_of(tokens(pair(elsewhere=elsewhere)), SIZE, "layer")
    assert layout_of(tokens(pair(elsewhere=0.9)), SIZE, "layer").kind == "tokens"
    assert layout_of(pair(elsewhere=1.0), SIZE, "layer").kind == "maps", "what has rows and columns is a map"
    assert layout_of(torch.ones(2, 8, 5), SIZE, "layer").kind == "tokens", "an untrained layer may put out zeros"


def test_another_layout_than_before_is_refused() -> None:
    for layout, output in ((Layout("maps"), torch.rand(2, 8, 5)), (Layout("tokens"), pair()), (Layout("tokens last"), torch.rand(2, 5))):
        with pytest.raises(UserError, match="another layout than before"):
            layout.apply(output, SIZE)
