"""Pictures that are nearly the same: as they are, flipped, turned by quarters, or cropped a little.

Thumbnails are compared by their low frequencies first, each turned in the eight ways in which a picture can lie, against the whole of every
other picture and against its middle. What agrees there is compared pixel by pixel; the few nearest of each picture are also compared after
crops of up to a tenth of a side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.fft import dct
from scipy.ndimage import gaussian_filter

from sightline.results.data_check import How

HOWS: tuple[How, ...] = ("", "turned", "cropped")

SIDE = 48  # of a thumbnail
COMPARED = 24  # pixels a side at which a crop is judged
CORRELATION = 0.99  # of 16 x 16 means, above which pictures are nearly the same
CANDIDATE = 0.95  # of the low frequencies: a pair above `CORRELATION` is above this as well, see the tests
NEAREST = 5  # pictures that are tried with crops
SMALLEST = 0.85  # agreement of the low frequencies below which no crop is tried
CROPPED, WHOLE, DETAIL = 0.99, 0.985, 0.96  # agreement after the best crop: of low frequencies, of all, of the finest structure
LOW = 8  # frequencies a side
CELLS = 2**22  # of a table of similarities that is held at a time
TRIMS = ((0.0, 0.0), (0.025, 0.025), (0.05, 0.05), (0.05, 0.0), (0.0, 0.05), (0.1, 0.1))  # shares cut off the two ends of a side
MIDDLE = 2 * len(TRIMS) + 2  # the crop by 0.05 all round
PAIRS = 512  # that are tried with crops at a time

_f = np.hypot(*np.mgrid[:LOW, :LOW])
_USED = ((_f > 0) & (_f < LOW)).ravel()
_SIGNS = (-1.0) ** np.arange(LOW)


@dataclass(frozen=True)
class Links:
    """Pairs of pictures that are nearly the same.

    Attributes:
        a, b: (L,) positions, a < b.
        similarity: (L,) correlation.
        how: (L,) index into `HOWS`.
    """

    a: np.ndarray
    b: np.ndarray
    similarity: np.ndarray
    how: np.ndarray


def links(thumbnails: np.ndarray) -> Iterator[Links]:
    """All pairs, in portions of bounded size.

    Args:
        thumbnails: (N, 48, 48), any scale, none of one colour.
    """
    small = thumbnails.astype(np.float32)
    small -= small.mean((1, 2), keepdims=True)
    means = small.reshape(-1, 16, SIDE // 16, 16, SIDE // 16).mean((2, 4))  # (N, 16, 16)
    plain = _unit(means.reshape(len(means), -1))  # (N, 256)
    turned = _ways(_spectrum(small))  # (8, N, F)
    whole = turned[0]
    middle = np.ascontiguousarray(_crops(small, MIDDLE)[:, 0])  # (N, F)
    count = len(small)
    rows = max(1, CELLS // (2 * count))
    tried = []
    for start in range(0, count, rows):
        best = np.full((min(rows, count - start), count), -1, np.float32)
        found = []
        for way in range(8):
            lying = turned[way, start : start + rows]
            low = lying @ whole.T  # (R, N)
            found.append(_near(low, plain, start, way))
            np.maximum(best, low, out=best)
            np.maximum(best, lying @ middle.T, out=best)
        best[np.arange(len(best)), np.arange(start, start + len(best))] = -1
        for some in found:
            best[some.a - start, some.b] = -1  # no crop has to be tried
            later = some.b > some.a
            yield Links(some.a[later], some.b[later], some.similarity[later], some.how[later])
        k = min(NEAREST, count - 1)
        if k > 0:
            top = np.argpartition(-best, k - 1, axis=1)[:, :k]
            i = np.repeat(np.arange(start, start + len(best)), k)
            worth = np.take_along_axis(best, top, axis=1).ravel() > SMALLEST
            tried.append(np.sort(np.stack([i, top.ravel()], axis=1)[worth], axis=1))
    if tried:
        pairs = np.unique(np.concatenate(tried), axis=0)
        for start in range(0, len(pairs), PAIRS):
            yield _cropped(pairs[start : start + PAIRS], small, turned)


def _near(low: np.ndarray, plain: np.ndarray, start: int, way: int) -> Links:
    """Of the pairs whose low frequencies agree (R, N), those that agree pixel by pixel (N, 256): both ways round, and with themselves."""
    row, column = np.divmod(np.flatnonzero(low > CANDIDATE), low.shape[1])
    lying = _lying(plain[start : start + len(low)].reshape(-1, 16, 16), way).reshape(len(low), -1)
    dense = len(row) * 16 > low.size  # then a table is faster than picking
    exact = (lying @ plain.T)[row, column] if dense else np.einsum("pk,pk->p", lying[row], plain[column])
    alike = exact > CORRELATION
    row, column = row[alike] + start, column[alike]
    return Links(row, column, exact[alike], np.full(len(row), int(way > 0), np.int8))


def _cropped(pairs: np.ndarray, small: np.ndarray, turned: np.ndarray) -> Links:
    """Of some pairs (P, 2), those of which one is a crop of the other."""
    found = []
    images, place = np.unique(pairs, return_inverse=True)
    crops, place = _crops(small[images]), place.reshape(pairs.shape)  # (I, V, F)
    for one, other in ((0, 1), (1, 0)):
        agree = np.matmul(crops[place[:, one]], turned[:, pairs[:, other]].transpose(1, 2, 0)).reshape(len(pairs), -1)  # (P, V * 8)
        for p in np.flatnonzero(agree.max(axis=1) > CROPPED):
            crop, way = divmod(int(agree[p].argmax()), 8)
            if crop == 0:  # nothing is cut off, and `_near` has judged that
                continue
            cut, whole = _cut(small[pairs[p, one]], crop), _cut(_lying(small[pairs[p, other]], way), 0)
            similarity = _correlation(cut, whole)
            if similarity > WHOLE and _correlation(_detail(cut), _detail(whole)) > DETAIL:
                found.append((*pairs[p], similarity))
    rows = np.array(found, np.float64).reshape(-1, 3)
    kind = np.full(len(rows), HOWS.index("cropped"), np.int8)
    return Links(rows[:, 0].astype(int), rows[:, 1].astype(int), rows[:, 2], kind)


def _lying(pictures: np.ndarray, way: int) -> np.ndarray:
    """(..., S, S) in one of the eight ways in which a square can lie; 0 leaves it."""
    turned = pictures if way < 4 else pictures.swapaxes(-1, -2)
    turned = turned[..., ::-1, :] if way % 4 >= 2 else turned
    return turned[..., ::-1] if way % 2 else turned


def _ways(spectrum: np.ndarray) -> np.ndarray:
    """(N, 8, 8) -> (8, N, F), unit length: a flip turns the sign of every second frequency."""
    lying = []
    for way in range(8):
        turned = spectrum if way < 4 else spectrum.swapaxes(1, 2)
        turned = turned * _SIGNS[:, None] if way % 4 >= 2 else turned
        lying.append(turned * _SIGNS if way % 2 else turned)
    return _unit(np.stack(lying).reshape(8, len(spectrum), -1)[..., _USED])


def _trim(ends: tuple[float, float], cells: int) -> np.ndarray:
    """(cells, 48): the means of a side's pixels within so many cells, after its ends are cut off."""
    edges = np.linspace(ends[0], 1 - ends[1], cells + 1) * SIDE
    pixels = np.arange(SIDE)
    shared = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    result: np.ndarray = (np.clip(shared, 0, None) / (edges[1] - edges[0])).astype(np.float32)
    return result


_WAVES = dct(np.eye(SIDE), axis=0, norm="ortho")[:LOW].astype(np.float32)  # (8, 48)
_CUTS = np.stack([_trim(ends, COMPARED) for ends in TRIMS])  # (T, 24, 48)
_CUT_WAVES = np.stack([_WAVES @ _trim(ends, SIDE) for ends in TRIMS])  # (T, 8, 48)


def _spectrum(small: np.ndarray) -> np.ndarray:
    return np.asarray(_WAVES @ small @ _WAVES.T)


def _crops(small: np.ndarray, only: int | None = None) -> np.ndarray:
    """(N, 48, 48) -> (N, V, F): low frequencies of each crop, unit length; of one crop where `only` says which."""
    down, along = (_CUT_WAVES, _CUT_WAVES) if only is None else (_CUT_WAVES[[i]] for i in divmod(only, len(TRIMS)))
    rows = down.reshape(-1, SIDE) @ small  # (N, D * 8, 48)
    both = rows @ along.reshape(-1, SIDE).T  # (N, D * 8, A * 8)
    apart = both.reshape(len(small), len(down), LOW, len(along), LOW).swapaxes(2, 3)
    return _unit(apart.reshape(len(small), -1, LOW * LOW)[..., _USED])


def _cut(picture: np.ndarray, crop: int) -> np.ndarray:
    down, along = divmod(crop, len(TRIMS))
    return np.asarray(_CUTS[down] @ picture @ _CUTS[along].T)


def _detail(picture: np.ndarray) -> np.ndarray:
    return np.asarray(picture - gaussian_filter(picture, COMPARED * 0.047, mode="nearest"))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a * b).sum() / max(np.sqrt((a * a).sum() * (b * b).sum()), 1e-12))


def _unit(vectors: np.ndarray) -> np.ndarray:
    """(..., F) of length one."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6), np.float32)
