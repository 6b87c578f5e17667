from __future__ import annotations

import pytest
import torch

from sightline.attention.features import as_map, grey, shape_of
from sightline.errors import UserError


def test_tokens_become_rows_and_columns_and_come_back() -> None:
    tokens = torch.rand(2, 5 + 6, 4)
    found, restore = as_map(tokens, (32, 48), prefixes=(5, 0))
    assert found.shape == (2, 4, 2, 3)
    assert torch.equal(found[:, :, 1, 2], tokens[:, 5 + 1 * 3 + 2])
    assert torch.equal(restore(found), tokens)


def test_patch_tokens_without_prefix_are_recognised_in_a_network_that_has_one() -> None:
    assert as_map(torch.rand(1, 16, 4), (64, 64), prefixes=(1, 0))[0].shape == (1, 4, 4, 4)


def test_channels_last_becomes_channels_first_and_comes_back() -> None:
    output = torch.rand(2, 3, 4, 5)
    found, restore = as_map(output, (32, 32), channels_last=True)
    assert torch.equal(found[:, :, 1, 2], output[:, 1, 2])
    assert torch.equal(restore(found), output)


@pytest.mark.parametrize("shape", [(2, 7), (2, 7, 4), (2, 1, 1, 1, 1)])
def test_what_has_no_positions_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="cannot be laid out"):
        as_map(torch.rand(shape), (32, 32))


def test_what_follows_depends_on_the_map() -> None:
    tokens = torch.rand(1, 5, 2, requires_grad=True)
    found, restore = as_map(tokens, (32, 32), prefixes=(1,))
    assert torch.autograd.grad(restore(found)[:, 1:].sum(), found)[0].eq(1).all()


@pytest.mark.parametrize(("tokens", "size", "grid"), [(1, (32, 32), (1, 1)), (4, (8, 64), (1, 4)), (6, (32, 48), (2, 3))])
def test_tokens_lie_in_as_many_rows_as_the_aspect_of_the_image_asks_for(tokens: int, size: tuple[int, int], grid: tuple[int, int]) -> None:
    output = torch.rand(2, tokens, 3)
    found, restore = as_map(output, size)
    assert found.shape == (2, 3, *grid)
    assert torch.equal(restore(found), output)


def test_prefix_tokens_alone_are_no_map() -> None:
    with pytest.raises(UserError, match="cannot be laid out"):
        as_map(torch.rand(1, 1, 3), (32, 32), prefixes=(1,))


def test_grey_is_the_luma_and_leaves_grey_as_it_is() -> None:
    image = torch.tensor([0.2, 0.5, 0.9]).view(1, 3, 1, 1)
    assert grey(image).item() == pytest.approx(0.299 * 0.2 + 0.587 * 0.5 + 0.114 * 0.9)
    plain = torch.rand(2, 1, 4, 5)
    torch.testing.assert_close(grey(plain.expand(-1, 3, -1, -1)), plain)
    assert shape_of(torch.rand(2, 7, 4, 5)) == (7, 4, 5)
