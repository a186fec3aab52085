"""Windows of candles, normalised as they are served: by the statistics of a context that ends where the
forecast begins.

Which windows a step sees depends on the seed and the step alone, so a run that resumes sees what it would
have seen. B: batch, T: time.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kronos.candles import CandleFile, Series

CLIP = 5.0
STD_EPSILON = 1e-5
CHEAP_STD = 1e-2
"""The service scales columns that vary less than this, so that the epsilon does not matter."""

VOLUME_COLUMNS = slice(4, 6)
MINUTES_A_WEEK = 7 * 24 * 60


@dataclass(frozen=True)
class WindowSettings:
    """How windows are drawn."""

    rows: int
    """Candles of a window: T."""
    context_min: int
    """The shortest context; the longest leaves `horizon_min` candles of the window."""
    horizon_min: int
    """Candles after the context, at least."""
    short_context_share: float
    """Share of windows whose context is drawn from the shortest quarter of lengths."""
    lead_max: int
    """Candles before the window that may belong to the context: more than the model sees."""
    lead_share: float
    """Share of windows with such a lead."""
    no_volume_share: float
    """Share of windows without volume and amount."""
    mirror_share: float
    """Share of windows turned upside down, so that no direction is learned."""
    shift_share: float
    """Share of windows moved by whole weeks, so that no date is learned by heart."""
    row_power: float
    """A file is drawn in proportion to its rows to this power."""


@dataclass(frozen=True)
class Batch:
    """Windows and where their contexts end."""

    candles: Tensor  # [B, T, 6] float32, normalised
    stamps: Tensor  # [B, T, 5] int64
    split: Tensor  # [B] int64: candles of the window that belong to the context

    def to(self, device: torch.device) -> "Batch":
        return Batch(self.candles.to(device), self.stamps.to(device), self.split.to(device))


def normalise(values: NDArray[np.float32], context: int) -> NDArray[np.float32]:
    """[T, 6] by mean and deviation of the first `context` rows alone, clipped."""
    past = values[:context].astype(np.float64)
    mean, std = past.mean(axis=0), past.std(axis=0)
    epsilon = np.where(std >= CHEAP_STD, STD_EPSILON, STD_EPSILON * np.maximum(std, 1e-12))
    return np.clip((values - mean) / (std + epsilon), -CLIP, CLIP).astype(np.float32)


def mirror(candles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Prices upside down: what was high is low."""
    opened, high, low, close = (candles[..., column] for column in range(4))
    return np.stack((-opened, -low, -high, -close, candles[..., 4], candles[..., 5]), axis=-1)


def time_features(minutes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Minutes since 1970 [..] to minute, hour, weekday (Monday 0), day of month, month [.., 5]."""
    days = minutes // (24 * 60)
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    day = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    month = months.astype(np.int64) % 12 + 1
    return np.stack((minutes % 60, minutes // 60 % 24, (days + 3) % 7, day, month), axis=-1)


class WindowSampler:
    """Draws batches from files, each file in proportion to a power of its rows and its market's weight."""

    def __init__(
        self, files: list[CandleFile], settings: WindowSettings, market_weights: dict[str, float], seed: int
    ):
        self.settings = settings
        self.seed = seed
        self.series: list[Series] = []
        weights: list[float] = []
        for file in files:
            room = [len(one) - settings.rows + 1 for one in file.series]
            total = sum(starts for starts in room if starts > 0)
            if total <= 0:
                continue
            weight = market_weights.get(file.market, 1.0) * file.row_count**settings.row_power
            for one, starts in zip(file.series, room):
                if starts > 0:
                    self.series.append(one)
                    weights.append(weight * starts / total)
        if not self.series:
            raise ValueError(f"Cannot draw windows: no series has {settings.rows} rows")
        self.chances = np.asarray(weights) / sum(weights)

    def batch(self, step: int, size: int) -> Batch:
        """The windows of a step: the same for the same seed, whatever ran before."""
        rng = np.random.default_rng((self.seed, step))
        picks = rng.choice(len(self.series), size=size, p=self.chances)
        return collate([self.window(self.series[pick], rng) for pick in picks])

    def window(self, series: Series, rng: np.random.Generator) -> tuple[NDArray, NDArray, int]:
        """Normalised candles [T, 6], time features [T, 5], and the context's end."""
        s = self.settings
        longest = s.rows - s.horizon_min
        quarter = s.context_min + (longest - s.context_min) // 4
        short = rng.random() < s.short_context_share
        split = int(rng.integers(s.context_min, (quarter if short else longest) + 1))
        start = int(rng.integers(0, len(series) - s.rows + 1))
        lead = int(rng.integers(0, s.lead_max + 1)) if rng.random() < s.lead_share else 0
        lead = min(lead, start)
        stamps = series.stamps[start : start + s.rows]
        if rng.random() < s.shift_share:
            stamps = stamps + int(rng.integers(-520, 521)) * MINUTES_A_WEEK
        candles = normalise(series.values[start - lead : start + s.rows], lead + split)[lead:]
        if rng.random() < s.mirror_share:
            candles = mirror(candles)
        if rng.random() < s.no_volume_share:
            candles[:, VOLUME_COLUMNS] = 0
        return candles, time_features(stamps), split


def validation_batches(
    files: list[CandleFile], rows: int, context: int, per_file: int, size: int
) -> list[Batch]:
    """Windows spread evenly over each file's series and time, the same at every call."""
    windows = []
    for file in files:
        spots = [
            (one, start)
            for one in file.series
            for start in range(0, len(one) - rows + 1, max(1, (rows - context) // 2))
        ]
        for pick in np.unique(np.linspace(0, len(spots) - 1, per_file).astype(int)) if spots else ():
            one, start = spots[pick]
            part = one.rows(start, start + rows)
            windows.append((normalise(part.values, context), time_features(part.stamps), context))
    if not windows:
        raise ValueError(f"Cannot validate: no series has {rows} rows")
    return [collate(windows[i : i + size]) for i in range(0, len(windows), size)]


def collate(windows: list[tuple[NDArray, NDArray, int]]) -> Batch:
    """Windows of one length as tensors."""
    candles, stamps, splits = zip(*windows)
    return Batch(
        torch.from_numpy(np.stack(candles)), torch.from_numpy(np.stack(stamps)), torch.tensor(splits)
    )
