"""How numbers and intervals are written."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from sightline.results import Score


def percent(share: float | None) -> str:
    """Whole percent, with a decimal where rounding would claim "all" or "none".

    >>> percent(0.934), percent(0.997), percent(1.0), percent(0.0002)
    ('93%', '99.7%', '100%', '<0.1%')
    """
    if share is None:
        return "not defined"
    whole = f"{share:.0%}"
    if (whole == "100%" and share < 1) or (whole in ("0%", "-0%") and share != 0):
        return "<0.1%" if 0 < share < 0.0005 else f"{min(share, 0.999):.1%}"
    return whole


def bounds(score: Score, confidence: float | None = None) -> str:
    """The interval in words, in brackets; says so if there is none.

    >>> bounds(Score(value=0.9, low=0.85, high=0.95), 0.95)
    '(95% interval 85% to 95%)'

    Args:
        confidence: named where an interval is first spoken of.
    """
    if score.low is None or score.high is None:
        return "(no interval)"
    name = f"{confidence:.0%} interval " if confidence else ""
    return f"({name}{percent(score.low)} to {percent(score.high)})"


def decimal(value: float | None) -> str:
    """Three digits after the point, a dash for what could not be computed."""
    return "–" if value is None else f"{value:.3f}".replace("-", "−")


def span(score: Score | None) -> str:
    """`0.902–0.961`, empty without an interval."""
    if not score or score.low is None or score.high is None:
        return ""
    return f"{decimal(score.low)}{' to ' if score.low < 0 else '–'}{decimal(score.high)}"


def p_value(p: float | None) -> str:
    """
    >>> p_value(0.0001), p_value(0.04321), p_value(None)
    ('<0.001', '0.043', '–')
    """
    return "<0.001" if p is not None and p < 0.001 else decimal(p)


def listed(words: list[str]) -> str:
    """
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def shortened(names: Sequence[str], most: int = 16) -> dict[str, str]:
    """Name -> the name with a part left out where it is long, as near to its middle as leaves all of them different.

    >>> list(shortened(["head", "blocks.3.2.conv_pwl", "blocks.3.2.conv_dw_extra"], 12).values())
    ['head', 'blocks…v_pwl', 'blocks…extra']

    Args:
        most: characters of each; more where shorter ones would be the same.
    """
    middle = most // 2
    for start in sorted(range(1, most - 1), key=lambda start: abs(start - middle)):
        end = most - 1 - start
        found = {name: name if len(name) <= most else f"{name[:start]}…{name[-end:]}" for name in names}
        if len(set(found.values())) == len(found):
            return found
    return shortened(names, most + 2)


def score_line(score: Score | None) -> str:
    """`0.934 (0.902 to 0.961)`, for alternative texts."""
    if not score or score.value is None:
        return "not defined"
    return decimal(score.value) + ("" if score.low is None else f" ({decimal(score.low)} to {decimal(score.high)})")


def code(text: str) -> Markup:
    """Text for a page, in which what stands in backticks is shown as code.

    >>> print(code("`audit RUN` <b>"))
    <code>audit RUN</code> &lt;b&gt;
    """
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))
