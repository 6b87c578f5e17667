"""A soft map that follows its image through every geometric transform of torchvision v2.

torchvision treats masks as labels: it samples the nearest pixel. An ROI map is a quantity, so it is interpolated like an image, and is 0
where no pixel of it lands. A subclass of a tv_tensor that has no kernel of its own passes through a transform *unchanged*, and one that
comes back as a plain tensor is passed over by the next: hence a kernel for each geometry, each of which wraps its result again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as F


class HeatMap(tv_tensors.Mask):  # type: ignore[misc]  # torchvision has no types
    """Where to look (or not): (..., 1, H, W) float32 in [0, 1]. Colour transforms leave it alone."""


_SMOOTH = {"interpolation": InterpolationMode.BILINEAR}
_SMALLER = _SMOOTH | {"antialias": True}  # thin regions fade instead of vanishing
_EMPTY = {"fill": None}  # None is 0, and spares torchvision its coverage channel

# geometry -> torchvision's kernel for images, and what holds for maps however their image is sampled and filled
_GEOMETRIES: dict[Callable[..., Any], tuple[Callable[..., Tensor], dict[str, Any]]] = {
    F.resize: (F.resize_image, _SMALLER),
    F.crop: (F.crop_image, {}),
    F.center_crop: (F.center_crop_image, {}),
    F.resized_crop: (F.resized_crop_image, _SMALLER),
    F.pad: (F.pad_image, _EMPTY),
    F.horizontal_flip: (F.horizontal_flip_image, {}),
    F.vertical_flip: (F.vertical_flip_image, {}),
    F.rotate: (F.rotate_image, _SMOOTH | _EMPTY),
    F.affine: (F.affine_image, _SMOOTH | _EMPTY),
    F.perspective: (F.perspective_image, _SMOOTH | _EMPTY),
    F.elastic: (F.elastic_image, _SMOOTH | _EMPTY),
}


def _carry(geometry: Callable[..., Any], kernel: Callable[..., Tensor], always: dict[str, Any]) -> None:
    @F.register_kernel(geometry, HeatMap)  # type: ignore[untyped-decorator]  # torchvision's
    def carried(heatmap: HeatMap, *args: Any, **kwargs: Any) -> HeatMap:
        moved = kernel(heatmap.as_subclass(Tensor), *args, **(kwargs | always))
        result: HeatMap = tv_tensors.wrap(moved, like=heatmap)
        return result


for _geometry, (_kernel, _always) in _GEOMETRIES.items():
    _carry(_geometry, _kernel, _always)
