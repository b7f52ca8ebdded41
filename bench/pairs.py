"""Ratios of interleaved pairs: the median, and the bad end of its 95 % bootstrap interval."""

from collections.abc import Sequence

import numpy as np

PAIRS = 30
"""Fewer pairs make no verdict."""
DRAWS = 2_000


def faster(ours: Sequence[float], peer: Sequence[float]) -> dict[str, float]:
    """How many times faster we are than the peer, pair by pair; the bad end is the lower one."""
    return _ratio(np.array(peer) / np.array(ours), 2.5)


def share(ours: Sequence[float], peer: Sequence[float]) -> dict[str, float]:
    """What share of the peer's cost is ours, pair by pair; the bad end is the upper one."""
    return _ratio(np.array(ours) / np.array(peer), 97.5)


def _ratio(ratios: np.ndarray, bad: float) -> dict[str, float]:
    if not len(ratios):
        return {"median": float("nan"), "bad_end": float("nan"), "pairs": 0}
    picks = np.random.default_rng(0).integers(0, len(ratios), (DRAWS, len(ratios)))
    medians = np.median(ratios[picks], axis=1)
    return {
        "median": float(np.median(ratios)),
        "bad_end": float(np.percentile(medians, bad)),
        "pairs": len(ratios),
    }


def spread(values: Sequence[float], scale: float = 1.0) -> dict[str, float]:
    """Percentiles of some values, scaled: 1000 makes milliseconds of seconds."""
    if not len(values):
        return {"n": 0}
    p50, p95, p99 = (float(each) * scale for each in np.percentile(values, [50, 95, 99]))
    return {"n": len(values), "p50": p50, "p95": p95, "p99": p99, "max": float(max(values)) * scale}
