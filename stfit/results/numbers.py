"""Numbers as physicists write them: 8.12(34) e, 1.23(45) ns, 1.23 (+0.45 −0.31) ns, 1.2(3) ×10⁻⁷."""

from __future__ import annotations

import math
from typing import Final

from stfit.results.result import Estimate, Interval, Verdict, through_infinity
from stfit.units import choose_prefix

NOT_IDENTIFIED: Final = "not identified"
_UNPREFIXED: Final = frozenset({"", "1", "e", "rad", "K"})
_PLAIN_DIGITS: Final = 6  # of a number without an uncertainty
_MOST_DIGITS: Final = 12  # an uncertainty below this many digits of its value is none: doubles hold 15 to 17
_LOPSIDED: Final = 0.1  # sides of an interval that differ by more than this fraction of their mean are shown apart
_WIDE: Final = 100.0  # ends of an interval this factor apart each get their own prefix
_SMALLEST: Final = 300  # powers of ten
_SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_value(
    value: float | None, stderr: float | None, unit: str, interval: Interval | None = None, beside: float = 0.0
) -> str:
    """A value with its uncertainty, to two significant digits of the uncertainty, with a well chosen prefix.

    Parameters
    ----------
    value : float or None
        In `unit`; None gives "not identified".
    stderr : float or None
        Standard error in `unit`; None or 0 gives the value alone.
    unit : str
        An SI unit, or "e"; "" for none.
    interval : tuple of two float or None, optional
        The 68 % interval in `unit`; shown side by side where it is lopsided, as a limit where it is open.
    beside : float
        A larger value shown for comparison, which then sets the prefix.

    Returns
    -------
    str
        As in "25.3(2.3) e", "1.23 (+0.45 −0.31) ns".
    """
    if value is None:
        return NOT_IDENTIFIED
    if interval is not None and None in interval:
        return format_interval(interval, unit, beside)
    factor, label = prefix(beside or value or stderr or 0.0, unit)
    sides = _sides(value, interval)
    if stderr is None and sides is not None:  # no covariance holds beside a bound: half of the interval stands for it
        stderr = sum(sides) / 2.0
    if sides is not None and _lopsided(*sides):
        number = _asymmetric(value * factor, sides[0] * factor, sides[1] * factor)
    else:
        number = _concise(value * factor, None if stderr is None else stderr * factor)
    return _with_unit(number, label)


def format_estimate(estimate: Estimate, beside: float = 0.0) -> str:
    """An estimate as its verdict allows: a value, a limit (95 %), or "not identified" and never a number.

    Parameters
    ----------
    estimate : Estimate
        One of a result, as result["l_over_L"].
    beside : float
        A larger value (SI) shown for comparison, which then sets the prefix.

    Returns
    -------
    str
        With its unit.
    """
    if estimate.verdict is Verdict.NOT_IDENTIFIED:
        return NOT_IDENTIFIED
    if estimate.value is None:  # withheld, whatever the data could tell
        return "–"
    stderr = estimate.stderr
    if estimate.verdict is Verdict.ONE_SIDED and estimate.ci95 is not None:
        return f"{format_interval(estimate.ci95, estimate.unit, beside)} (95 %)"
    if estimate.verdict is Verdict.FIXED:
        return format_value(estimate.value, None, estimate.unit, beside=beside)
    closed = estimate.ci68 if estimate.ci68 is not None and None not in estimate.ci68 else None
    if stderr is None and closed is None:
        return format_rounded(estimate.value, estimate.unit, beside=beside)
    return format_value(estimate.value, stderr, estimate.unit, closed, beside)


def format_interval(interval: Interval | None, unit: str, beside: float = 0.0) -> str:
    """An interval: "7.45 to 8.79 e", "≤ 3.4 ns" where it is open below, "–" where there is none.

    "≤ −82 mA or ≥ 270 mA" where it passes through infinity.
    """
    if interval is None:
        return "–"
    low, high = interval
    if through_infinity(interval):
        return f"{_limit(None, high, unit, beside)} or {_limit(low, None, unit, beside)}"
    if low is None or high is None:
        return _limit(low, high, unit, beside)
    if low * high > 0 and max(low / high, high / low) > _WIDE:
        return f"{format_rounded(low, unit, 2)} to {format_rounded(high, unit, 2)}"
    largest = max(abs(low), abs(high))
    factor, label = prefix(beside or largest, unit)
    exponent = _exponent(largest * factor)
    low, high = _without_power(low * factor, exponent), _without_power(high * factor, exponent)
    decimals = _decimals((high - low) / 2, 2) if high > low else _PLAIN_DIGITS - 1
    number = f"{_fixed(low, decimals)} to {_fixed(high, decimals)}"
    return _with_unit(_with_exponent(f"({number})" if exponent else number, exponent), label)


def format_rounded(value: float | None, unit: str, digits: int = 4, beside: float = 0.0) -> str:
    """A value without its uncertainty, to `digits` significant digits; "–" for None."""
    if value is None:
        return "–"
    factor, label = prefix(beside or value, unit)
    return _with_unit(_plain(value * factor, digits), label)


def format_p(p_value: float | None, prefix_text: str = "") -> str:
    """A p-value to two significant digits: 0.43, 0.0012, 2.1×10⁻⁵, "< 10⁻⁹"; "–" for None.

    Parameters
    ----------
    p_value : float or None
        Between 0 and 1.
    prefix_text : str
        "p = " for a sentence, which then reads "p < 10⁻⁹" where it must.

    Returns
    -------
    str
        With the prefix.
    """
    if p_value is None:
        return f"{prefix_text}–"
    if p_value < 1e-9:  # beyond this the far tail of any of our tests is not to be trusted
        return f"{prefix_text.replace('= ', '')}< 10⁻⁹"
    return prefix_text + _plain(p_value, 2)


def prefix(value: float, unit: str) -> tuple[float, str]:
    """The factor and the label of the unit in which `value` (in `unit`, SI) reads best."""
    if unit in _UNPREFIXED:
        return 1.0, "" if unit == "1" else unit
    factor, label = choose_prefix([value], unit)
    return factor, label.replace("ohm", "Ω").replace("**3", "³").replace("**2", "²")


def superscript(exponent: int) -> str:
    """10 to a power in Unicode: 10⁻³."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def _sides(value: float, interval: Interval | None) -> tuple[float, float] | None:
    if interval is None or interval[0] is None or interval[1] is None:
        return None
    return interval[1] - value, value - interval[0]


def _lopsided(up: float, down: float) -> bool:
    return min(up, down) >= 0 and abs(up - down) > _LOPSIDED * (up + down) / 2


def _limit(low: float | None, high: float | None, unit: str, beside: float) -> str:
    if low is not None:
        return f"≥ {format_rounded(low, unit, 2, beside)}"
    return "open on both sides" if high is None else f"≤ {format_rounded(high, unit, 2, beside)}"


def _concise(value: float, stderr: float | None) -> str:
    """8.12(34); the value alone where its uncertainty is absent or below the last digit of a double."""
    if stderr is None or not math.isfinite(stderr) or stderr <= abs(value) * 10.0**-_MOST_DIGITS:
        return _plain(value, _PLAIN_DIGITS)
    exponent = _exponent(max(abs(value), stderr))
    value, stderr = _without_power(value, exponent), _without_power(stderr, exponent)
    decimals = _decimals(stderr, 2)
    rounded = _fixed(stderr, decimals)
    digits = rounded.replace(".", "").lstrip("0") if rounded.startswith("0.") else rounded
    return _with_exponent(f"{_fixed(value, decimals)}({digits})", exponent)


def _asymmetric(value: float, up: float, down: float) -> str:
    """1.23 (+0.45 −0.31): two digits of the larger side, at least one of the smaller."""
    exponent = _exponent(max(abs(value), up, down))
    value, up, down = (_without_power(number, exponent) for number in (value, up, down))
    decimals = _decimals(max(up, down), 2)
    if min(up, down) > 0:
        decimals = max(decimals, _decimals(min(up, down), 1))
    number = f"{_fixed(value, decimals)} (+{_fixed(up, decimals)} −{_fixed(down, decimals)})"
    return _with_exponent(number, exponent, " ")


def _plain(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return str(value)
    exponent = _exponent(abs(value))
    text = f"{_without_power(value, exponent):.{digits}g}"
    plain = f"{float(text):.0f}" if "e" in text else text  # 1000, where three digits of it would read 1e+03
    return _with_exponent(plain.replace("-", "−"), exponent)


def _exponent(magnitude: float) -> int:
    """The power of ten to split off: 0 for what is read without one, 0.001 to 99999."""
    if magnitude == 0 or not math.isfinite(magnitude) or 1e-3 <= magnitude < 1e5:
        return 0
    return math.floor(math.log10(magnitude))


def _without_power(value: float, exponent: int) -> float:
    """A value over a power of ten, which itself may be below the smallest double."""
    return value / 10.0**exponent if exponent > -_SMALLEST else value * 10.0**_SMALLEST / 10.0 ** (exponent + _SMALLEST)


def _decimals(uncertainty: float, digits: int) -> int:
    """How many decimals show `digits` significant digits; negative where whole tens are rounded away."""
    if not math.isfinite(uncertainty):  # too large in the unit that suits the value
        return 0
    return digits - 1 - int(f"{uncertainty:.{digits - 1}e}".split("e")[1])


def _fixed(value: float, decimals: int) -> str:
    text = f"{round(value, decimals):.{max(decimals, 0)}f}"
    text = text.lstrip("-") if not text.strip("-0.") else text  # no −0.00
    return text.replace("-", "−")


def _with_exponent(number: str, exponent: int, space: str = "") -> str:
    return f"{number}{space}×{superscript(exponent)}" if exponent else number


def _with_unit(number: str, label: str) -> str:
    return f"{number} {label}" if label else number
