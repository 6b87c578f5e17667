"""A short `repr` for dataclasses that hold arrays or tensors, whose values would fill a notebook."""

from __future__ import annotations

from dataclasses import fields
from reprlib import Repr
from typing import Any


class _Short(Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxdict, self.maxstring, self.maxother = 20, 200, 400

    def repr_instance(self, x: Any, level: int) -> str:
        """Type and shape of an array or a tensor, such as `float32 (4, 3, 16, 16)`, in place of its values."""
        if getattr(x, "shape", ()):
            return f"{str(x.dtype).removeprefix('torch.')} {tuple(x.shape)}"
        return super().repr_instance(x, level)


_SHORT = _Short()


def short_repr(whole: Any) -> str:
    """A dataclass with `__repr__ = short_repr` in its body is shown with the shapes of its arrays, and long lists cut short."""
    shown = (f"{field.name}={_SHORT.repr(getattr(whole, field.name))}" for field in fields(whole) if field.repr)
    return f"{type(whole).__name__}({', '.join(shown)})"
