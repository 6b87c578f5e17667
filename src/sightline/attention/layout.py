"""Detects the layout of a layer's output in the user's network, by what changes in it when a corner of the image changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from sightline.attention.features import Restore, as_map
from sightline.errors import UserError

PREFIXES = range(17)  # class and register tokens that a network may put first
LOCAL = 1.05  # how much more a changed corner changes the tokens of that corner than tokens on average, at least
REMEDY = "Name a layer that keeps positions, before any pooling."


@dataclass(frozen=True)
class Layout:
    """A layout.

    Attributes:
        kind: `maps` (B, K, h, w), `channels last` (B, h, w, K), `tokens` (B, N, K), `tokens first` (N, B, K) or `tokens last` (B, K, N).
        prefix: class and register tokens before those of positions.
    """

    kind: Literal["maps", "channels last", "tokens", "tokens first", "tokens last"]
    prefix: int = 0

    def apply(self, output: Tensor, size: tuple[int, int]) -> tuple[Tensor, Restore]:
        """(B, K, h, w), and the way back; see `as_map`.

        Raises:
            UserError: the output is not laid out in this way.
        """
        if self.kind in ("maps", "channels last") and output.ndim == 4:
            return as_map(output, size, channels_last=self.kind == "channels last")
        turns = {"tokens": (0, 1), "tokens first": (0, 1), "tokens last": (1, 2)}
        if self.kind in turns and output.ndim == 3:
            # (B, N, K), and the same turn leads back
            turn = None if self.kind == "tokens" else turns[self.kind]
            found, back = as_map(output if turn is None else output.transpose(*turn), size, (self.prefix,))
            return found, back if turn is None else lambda tokens: back(tokens).transpose(*turn)
        raise UserError("layer", f"its output {tuple(output.shape)} has another layout than before", REMEDY)


def layout_of(output: Tensor, size: tuple[int, int], where: str, channels_last: bool | None = None) -> Layout:
    """The layout of a layer's output.

    Args:
        output: for two pictures that differ in their upper left quarter and nowhere else.
        size: (H, W) of the pictures.
        where: of the message.
        channels_last: what the user says of an output of four dimensions; None: nothing.

    Raises:
        UserError: no layout fits, or there is a single position.
    """
    shape = tuple(output.shape)
    candidates = _candidates(shape, size, channels_last)
    if not candidates:
        raise UserError(where, f"its output {shape} for two images cannot be laid out as a map", REMEDY)
    # the first is the usual one; another has to be clearly better
    scores = [_locality(layout.apply(output, size)[0]) for layout in candidates]
    best = max(range(len(candidates)), key=lambda i: scores[i] * (1.2 if i == 0 else 1))
    layout, map_ = candidates[best], candidates[best].apply(output, size)[0]
    if map_[0, 0].numel() == 1:
        raise UserError(where, f"its output {shape} has a single position, so a map of it says nothing", "Name an earlier layer.")
    if layout.kind not in ("maps", "channels last") and 0 < scores[best] < LOCAL:
        reason = f"its output {shape} is not a map: a change in one corner of the image changes all of its tokens alike"
        raise UserError(where, reason, "Name an earlier layer, whose tokens belong to places.")
    return layout


def _candidates(shape: Sequence[int], size: tuple[int, int], channels_last: bool | None) -> list[Layout]:
    """The layouts that a shape allows for two images, the most usual one first."""
    if len(shape) == 4 and shape[0] == 2:
        last, first = (_same_aspect(sides, size) for sides in (shape[1:3], shape[2:]))
        if channels_last is not None:
            return [Layout("channels last" if channels_last else "maps")]
        return [Layout("maps")] * first + [Layout("channels last")] * last
    if len(shape) != 3:
        return []
    found = []
    if shape[0] == 2:
        found += [Layout("tokens", prefix) for prefix in PREFIXES if _is_grid(shape[1] - prefix, size, prefix)]
        found += [Layout("tokens last", prefix) for prefix in (0, 1) if _is_grid(shape[2] - prefix, size, prefix)]
    elif shape[1] == 2:
        found += [Layout("tokens first", prefix) for prefix in PREFIXES if _is_grid(shape[0] - prefix, size, prefix)]
    return found


def _same_aspect(sides: Sequence[int], size: tuple[int, int]) -> bool:
    rows, columns = sides
    return abs(rows - columns * size[0] / size[1]) < 1


def _is_grid(tokens: int, size: tuple[int, int], prefix: int) -> bool:
    """Whether that many tokens fill a grid with the aspect of the image, and are not fewer than those before them."""
    rows = max(round((max(tokens, 0) * size[0] / size[1]) ** 0.5), 1)
    return tokens >= max(prefix, 1) and tokens % rows == 0 and _same_aspect((rows, tokens // rows), size)


def _locality(found: Tensor) -> float:
    """How much more the upper left quarter of two maps (2, K, h, w) differs between them than the whole: 1 where all differs alike, 0 where
    nothing differs at all."""
    change = (found[1].double() - found[0].double()).abs().nan_to_num(0, 0, 0).mean(0)  # (h, w)
    quarter = change[: max(change.shape[0] // 2, 1), : max(change.shape[1] // 2, 1)]
    whole = float(change.mean())
    return float(quarter.mean()) / whole if whole > 0 else 0.0
