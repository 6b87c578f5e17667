"""Masks in files that need more than opening: graded levels, palette indices, MATLAB variables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.io import loadmat

from sightline.data.images import open_map, read_upright
from sightline.data.mask_levels import Levels, open_mask
from sightline.errors import UserError


@dataclass(frozen=True)
class MaskFile:
    """A mask drawn from a file; each kind says which pixels are `inside`."""

    path: Path

    @property
    def key(self) -> str:
        status = self.path.stat() if self.path.exists() else None  # drawing a missing file says what is wrong, in words
        return f"{self!r} {self.path.absolute()} {status and (status.st_mtime_ns, status.st_size)}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255."""
        return np.where(self.inside(), np.uint8(255), np.uint8(0))

    def inside(self) -> np.ndarray:
        """(H, W) bool."""
        raise NotImplementedError


@dataclass(frozen=True)
class GradedMask(MaskFile):
    """A grey picture whose levels say how many annotators agreed.

    Attributes:
        least: level from which a pixel is inside.
    """

    least: int

    def inside(self) -> np.ndarray:
        return open_map(self.path) >= self.least


@dataclass(frozen=True)
class PaletteMask(MaskFile):
    """A palette picture whose index is the class of each pixel.

    Attributes:
        index: of the pixels inside.
    """

    index: int

    def inside(self) -> np.ndarray:
        indices = read_upright(self.path, np.asarray)
        if indices.ndim != 2:
            raise UserError(self.path, "holds colours instead of class numbers", "Export it as a palette or grey PNG.")
        result: np.ndarray = indices == self.index
        return result


@dataclass(frozen=True)
class LevelMask(MaskFile):
    """A picture of which a person says what is inside.

    Attributes:
        levels: those that are.
    """

    levels: Levels

    def inside(self) -> np.ndarray:
        return open_mask(self.path, self.levels)


@dataclass(frozen=True)
class MatMask(MaskFile):
    """A variable of a MATLAB file; what is above zero is inside."""

    variable: str

    def inside(self) -> np.ndarray:
        return matlab(self.path, self.variable) > 0


def matlab(path: Path, variable: str) -> np.ndarray:
    """One variable of a MATLAB file, as `scipy.io.loadmat` gives it.

    Raises:
        UserError: no such file or variable, or not a MATLAB file of version 7 or before.
    """
    try:
        with path.open("rb") as file:  # given a path, loadmat hides that there is no such file
            result: np.ndarray = loadmat(file, variable_names=[variable])[variable]
        return result
    except FileNotFoundError:
        raise UserError(path, "no such file", "Unpack the archive again.") from None
    except KeyError:
        raise UserError(path, f"holds no variable {variable!r}", "Unpack the archive again.") from None
    except Exception:  # a damaged file raises almost anything
        raise UserError(path, "is not a MATLAB file that can be read", "Unpack the archive again, or save it with -v7.") from None
