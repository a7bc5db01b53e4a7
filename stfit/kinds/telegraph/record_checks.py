"""Whether the samples of a trace may be believed: its levels, its baseline, what is missing or added."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.levels import Levels
from stfit.kinds.telegraph.record import Record
from stfit.kinds.telegraph.several_levels import Ladder
from stfit.kinds.telegraph.verdicts import DOUBTFUL, FAILED, NOT_TESTED, PASSED, Check
from stfit.kinds.telegraph.wandering import Baseline, Course

Array = npt.NDArray[np.float64]

_LEAST_GAIN: Final = 30.0  # of 2 ln L by the second level: 3 parameters more would give it once in a million
_FEWEST_SAMPLES: Final = 5.0  # in the rarer state
_LEAST_SNR: Final = 1.0
_RARE: Final = 1e-3  # share of the samples at a third level
_MISTAKEN: Final = 0.05  # false visits to the levels that are analysed, over the true ones
_MISSING: Final = 0.01  # share of the samples
_OFF_LEVEL: Final = 0.35  # of the step, that the median of a burst may lie off both levels
_CLOSE: Final = 6.0  # noises between levels, below which the shape of the noise matters
_FEWEST_CODES: Final = 2.5  # of a converter, between levels that overlap
_MANY_VALUES: Final = 64  # distinct ones, of no converter with few codes
_TO_SEE_THE_MAINS: Final = 8.0 / 50.0  # s
_SATURATED: Final = 0.002
_DRIFTING: Final = 0.25  # of the step


def sample_checks(record: Record) -> list[Check]:
    """What became of samples that show neither level, and of lines in the spectrum; nothing of good samples."""
    found = []
    missing = (record.absent + record.glitches) / max(record.size - record.lacking, 1)
    if record.lacking:
        sentence = f"Gaps in the times lack {record.lacking} samples: the dwells go on beneath them, unseen."
        found.append(Check("gaps", PASSED, sentence))
    if missing:
        parts = (
            [f"{record.absent} {'sample is' if record.absent == 1 else 'samples are'} no number"]
            if record.absent
            else []
        )
        lies = "lies" if record.glitches == 1 else "lie"
        parts += [f"{record.glitches} {lies} far off both levels"] if record.glitches else []
        sentence = f"{' and '.join(parts)} ({100 * missing:.2g} %), which counts as missing."
        found.append(Check("samples", DOUBTFUL if missing > _MISSING else PASSED, sentence))
    if record.saturated > _SATURATED:
        sentence = (
            f"{100 * record.saturated:.2g} % of the samples have the largest or the smallest value of all: the "
            "converter or the amplifier is saturated there."
        )
        close = record.levels is not None and record.levels.snr < _CLOSE
        found.append(Check("saturation", FAILED if close else DOUBTFUL, sentence))
    if record.lines:
        named = "; ".join(line.words for line in record.lines)
        if record.lines_taken_off:
            found.append(Check("lines", PASSED, f"Sines were fitted and taken off: {named}."))
        else:
            sentence = f"The spectrum has lines, which the parts of the record are too short to lose: {named}."
            found.append(Check("lines", DOUBTFUL, sentence))
    return found


def burst_checks(record: Record, number: int, sample_interval: float) -> list[Check]:
    """Whether bursts that are analysed as one record have its levels; none of a plain trace.

    number: of the bursts. sample_interval: s.
    """
    if number == 1 or record.levels is None:
        return []
    duration = max(part.size for part in record.parts) * sample_interval
    untested = []
    if duration < _TO_SEE_THE_MAINS and not record.lines:
        sentence = f"Traces of {duration:.2g} s are too short to show a line of the mains."
        untested.append(Check("lines", NOT_TESTED, sentence))
    levels = np.array([record.levels.low, record.levels.high])
    medians = np.array([np.nanmedian(part) if np.any(np.isfinite(part)) else np.nan for part in record.parts])
    off = np.min(np.abs(medians[:, None] - levels), axis=1) / float(np.diff(levels)[0])
    strange = int(np.count_nonzero(off > _OFF_LEVEL))
    text = f"{number} traces of one setting have few transitions each: they share levels and dwell times"
    if not strange:
        said = f"{text}; one that does not switch is a dwell that was not seen to end."
        return [Check("bursts", PASSED, said), *untested]
    return [Check("bursts", FAILED, f"{text}, but {strange} of them lie off both levels."), *untested]


def selection_check(left_out: int) -> Check:
    """Traces at the same drive that were left out because they show no switch, or hardly one."""
    sentence = (
        f"{left_out} traces of this current or voltage are left out that hardly switch, if at all: these are long "
        "dwells, and without them the dwell times come out too short."
    )
    return Check("selection", FAILED, sentence)


def resolution_check(samples: Array, step: float) -> Check:
    """Whether a converter resolves the noise about levels that overlap; step: between them, in the unit of samples."""
    distinct = np.unique(samples[np.isfinite(samples)])
    finest = float(np.min(np.diff(distinct), initial=np.inf))
    if step >= _FEWEST_CODES * finest or distinct.size > _MANY_VALUES:
        return Check("resolution", PASSED, "The converter resolves the noise.")
    sentence = (
        f"Between the levels lie {step / finest:.2g} steps of the converter: it hides the noise, and the hidden Markov "
        "model takes it for Gaussian."
    )
    return Check("resolution", FAILED, sentence)


def level_check(levels: Levels | None, size: int) -> Check:
    """Whether there are two levels."""
    if levels is None:
        return Check("two levels", FAILED, "All samples are alike.")
    rarer = float(np.min(levels.two.weight)) * size
    if levels.gain < _LEAST_GAIN or rarer < _FEWEST_SAMPLES or levels.snr < _LEAST_SNR:
        sentence = (
            "The histogram of the samples shows one level, and so does their order (a second one gains "
            f"{levels.gain:.0f} in 2 ln L; step over noise {levels.snr:.2g})."
        )
        return Check("two levels", FAILED, sentence)
    if levels.noiseless:
        return Check("two levels", PASSED, "Two values without noise.")
    return Check("two levels", PASSED, f"Two levels, {levels.snr:.3g} times the noise apart.")


def third_level_check(ladder: Ladder | None, scale: float, chosen: tuple[int, int] | None) -> Check:
    """Whether the record dwells at more than two levels.

    ladder: its levels; None where a slow instrument hides them. scale: of a sample into ohm. chosen: which two the
    analysis asks for; None where it asks for none.
    """
    name = "third level"
    if ladder is None:
        return Check(name, NOT_TESTED, "Slow steps pass through all values between the levels.")
    if not ladder.several:
        return Check(name, PASSED, "No third level is seen.")
    shown = "; ".join(
        f"{level * scale:.6g} ({100 * share:.2g} % of the samples)"
        for level, share in zip(ladder.level, ladder.share, strict=True)
    )
    text = f"The record dwells at {ladder.level.size} levels"
    if chosen is None:
        sentence = (
            f"{text}: {shown}. The two most frequent are analysed, the rest of the record is treated as missing; the "
            "key levels chooses other two."
        )
        return Check(name, FAILED if float(np.min(ladder.share)) > _RARE else DOUBTFUL, sentence)
    if ladder.mistaken(chosen) > _MISTAKEN:
        sentence = (
            f"{text}, of which two are analysed: {shown}. Another level is too near to these, in units of the noise, "
            "to be told from them sample by sample: the dwell times are wrong."
        )
        return Check(name, FAILED, sentence)
    return Check(name, PASSED, f"{text}, of which two are analysed: {shown}.")


def drift_check(baseline: Baseline | Course, step: float) -> Check:
    """Whether the baseline stayed where it was, or could be followed."""
    if isinstance(baseline, Course):
        verdict = {Course.STAYED: PASSED, Course.JUMPS: FAILED, Course.UNJUDGED: NOT_TESTED}[baseline]
        return Check("drift", verdict, baseline.value)
    share = 100.0 * baseline.moved / step
    if baseline.jumps:
        times = "once" if baseline.jumps == 1 else f"{baseline.jumps} times"
        text = f"The baseline jumped {times} and moved by {share:.3g} % of the step; the analysis follows it."
        return Check("drift", DOUBTFUL, text)
    text = f"The baseline moved by {share:.3g} % of the step; the analysis follows it."
    return Check("drift", DOUBTFUL if share > 100.0 * _DRIFTING else PASSED, text)
