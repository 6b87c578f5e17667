"""Two arms on the same images: the interval of each difference, its tests, and their correction for the number of comparisons.

The interval says how large a difference may be, the permutation test whether there is one; both take patients as a whole. Beside them
stand closed forms as a second opinion: DeLong's for a two-class AUC, McNemar's for right and wrong decisions. These are no further
comparisons, so that each way of testing is corrected by itself, over the same comparisons.
"""

from __future__ import annotations

from collections.abc import Mapping

from sightline.metrics.comparisons.compare import Judged, both_decide, paired_difference
from sightline.metrics.comparisons.family import holm
from sightline.metrics.comparisons.paired import arms_test, mcnemar
from sightline.metrics.confidence.bootstrap import Groups, Key, Method, clusters
from sightline.metrics.confidence.delong import area_test
from sightline.results.differences import McNemar, Paired

_SKEWED = 5000  # images or patients, with more of which bias and skew are below the noise of the draws, and the jackknife is slow


def arms_difference(
    a: Judged,
    b: Judged,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> dict[str, Paired]:
    """How much higher `a` scores than `b`, and whether this may be chance.

    Args:
        a, b: answers to the same images, in any order.
        groups: patient or lesion of each image of `a`, drawn and exchanged as a whole.
        bootstrap: samples behind each interval.
        draws: exchanges of the permutation test.

    Returns:
        As `paired_difference`, and for each score `method` of its interval (`bca`, or `percentile` where that is not stable) and `p` of
        the permutation test; for `auc` with two classes `delong` (see `area_test`, by groups too); for `accuracy` `mcnemar`, and for the
        sensitivity and specificity of what is decided `mcnemar` on the images of one class. Its p is None where a group has several
        images, since it takes the images for independent.

    Raises:
        UserError: the images or their labels differ.
    """
    independent = int(clusters(len(a.ids), groups).max(initial=-1)) + 1  # images or patients
    method: Method = "bca" if independent <= _SKEWED else "percentile"
    found = paired_difference(a, b, groups=groups, bootstrap=bootstrap, confidence=confidence, method=method, seed=seed)
    b = b.ordered_as(a.ids)
    tests = arms_test(a, b, groups=groups, draws=draws, seed=seed)
    found = {name: one.but(method=one.method or "percentile", p=tests[name].p) for name, one in found.items()}
    for name, counts in _decisions(a, b).items():
        found[name] = found[name].but(mcnemar=counts if independent == len(a.ids) else counts.but(p=None))
    if a.probabilities.shape[1] == 2:
        ranked = a.probabilities[:, 1], b.probabilities[:, 1], a.labels == 1
        found["auc"] = found["auc"].but(delong=area_test(*ranked, groups=groups, confidence=confidence))
    return found


def exchanges(comparisons: int) -> int:
    """Number of exchanges for so many comparisons: enough for a corrected p to fall below 0.01.

    >>> exchanges(3), exchanges(60)
    (2000, 6000)
    """
    return max(2000, 100 * comparisons)


def corrected(found: Mapping[Key, Paired], confidence: float = 0.95) -> dict[Key, Paired]:
    """Differences with every p corrected for their number.

    Args:
        found: comparison -> one score of `arms_difference`; all of a page, since a reader picks among all.

    Returns:
        The same with `p_holm`, also within `delong` and `mcnemar`; `verdict` is "higher" or "lower" only where the interval excludes 0
        and `p_holm` is at most 1 - confidence.
    """
    by_exchange = holm({key: difference.p for key, difference in found.items()})
    in_closed_form = holm({key: _second(difference) for key, difference in found.items()})
    result: dict[Key, Paired] = {}
    for key, difference in found.items():
        p = by_exchange[key]
        holds = p is not None and p <= 1 - confidence
        tests = {"delong": difference.delong, "mcnemar": difference.mcnemar}
        closed = {name: one.but(p_holm=None if one.p is None else in_closed_form[key]) for name, one in tests.items() if one}
        result[key] = difference.but(p_holm=p, verdict=difference.verdict if holds else "not distinguishable", **closed)
    return result


def _second(difference: Paired) -> float | None:
    """The p in closed form, or else that of the exchanges, so that both corrections cover the same comparisons."""
    closed = difference.closed
    return difference.p if closed is None or closed.p is None else closed.p


def _decisions(a: Judged, b: Judged) -> dict[str, McNemar]:
    """McNemar's test of each score that counts right answers, both arms' images in the same order."""
    found = {"accuracy": mcnemar(a.right, b.right)}
    if both_decide(a, b):
        for c, name in ((1, "decided_sensitivity"), (0, "decided_specificity")):
            of_class = a.labels == c
            found[name] = mcnemar(a.right_decisions[of_class], b.right_decisions[of_class])
    return found
