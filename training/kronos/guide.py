"""The code that the tokenizer is taught: which bits stand for which part of a candle.

Left alone, binary spherical quantisation finds a code whose error in the close is half a candle's usual
move, which costs more at the first step than everything the model knows. So the bits are dealt out by
hand: the close gets most of them, and s1 leads with it; what shapes the candle follows in s2. Levels are
numbered by Gray code: neighbours differ in one bit, so an encoder that errs at a boundary errs by one level.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
CLIP = 5.0
CLOSE_BEND = 2.0
"""Half-way between even levels and logarithmic ones: levels of the close widen beyond this many deviations."""
SHAPE_BEND = 0.05
"""The same for bodies and wicks, whose small values are many."""


@dataclass(frozen=True)
class GuideBits:
    """Bits of each part of a candle. s1: close, then coarse volume; s2: body, wicks, fine volume."""

    close: int
    volume_coarse: int
    body: int
    upper: int
    lower: int
    volume_fine: int

    @property
    def s1(self) -> int:
        return self.close + self.volume_coarse

    @property
    def s2(self) -> int:
        return self.body + self.upper + self.lower + self.volume_fine


def parts(candles: Tensor) -> dict[str, Tensor]:
    """Normalised candles [.., 6] to the values that are coded, each [..], bent so that levels are even."""
    opened, high, low, close, volume = candles.unbind(-1)[:5]
    bodies = torch.maximum(opened, close), torch.minimum(opened, close)
    bend = lambda x, scale: torch.asinh(x / scale)
    return {
        "close": bend(close, CLOSE_BEND),
        "body": bend(opened - close, SHAPE_BEND),
        "upper": bend((high - bodies[0]).clamp(min=0), SHAPE_BEND),
        "lower": bend((bodies[1] - low).clamp(min=0), SHAPE_BEND),
        "volume": bend(volume + 1, 1.0),
    }


def even_bounds(bits: int) -> Tensor:
    """Bounds of 2^bits levels of the close, [2^bits - 1]."""
    edge = torch.asinh(torch.tensor(CLIP / CLOSE_BEND))
    return torch.linspace(-edge, edge, 2**bits + 1)[1:-1]


def fitted_bounds(values: Tensor, bits: int, rounds: int = 50) -> Tensor:
    """Bounds [2^bits - 1] that minimise the squared error of the values (Lloyd and Max)."""
    centres = torch.quantile(values, (torch.arange(2**bits) + 0.5) / 2**bits)
    for _ in range(rounds):
        bounds = (centres[1:] + centres[:-1]) / 2
        level = torch.bucketize(values, bounds)
        sums = torch.zeros(2**bits).index_add_(0, level, values)
        counts = torch.bincount(level, minlength=2**bits)
        centres = torch.where(counts > 0, sums / counts.clamp(min=1), centres)
    return ((centres[1:] + centres[:-1]) / 2).contiguous()


def gray_bits(level: Tensor, bits: int) -> Tensor:
    """Gray code of levels [..], most significant bit first: [.., bits] booleans."""
    gray = level ^ (level >> 1)
    return (gray[..., None] >> torch.arange(bits - 1, -1, -1, device=level.device) & 1).bool()


class Guide:
    """Bounds of the levels, and the bits of a candle."""

    def __init__(self, bits: GuideBits, bounds: dict[str, Tensor]):
        self.bits = bits
        self.bounds = bounds

    @classmethod
    def fit(cls, bits: GuideBits, candles: Tensor) -> "Guide":
        """Fits the bounds to normalised candles [N, 6]; those of the volume to candles that have one."""
        values = parts(candles)
        values["volume"] = values["volume"][candles[:, VOLUME] != 0]
        volume_bits = bits.volume_coarse + bits.volume_fine
        counts = {"body": bits.body, "upper": bits.upper, "lower": bits.lower, "volume": volume_bits}
        bounds = {name: fitted_bounds(values[name], count) for name, count in counts.items()}
        return cls(bits, bounds | {"close": even_bounds(bits.close)})

    def code(self, candles: Tensor) -> Tensor:
        """Normalised candles [.., 6] to the bits they should have, [.., s1 + s2] booleans."""
        values, bits = parts(candles), self.bits
        volume_bits = bits.volume_coarse + bits.volume_fine
        gray = lambda name, count: gray_bits(
            torch.bucketize(values[name].contiguous(), self.bounds[name].to(candles.device)), count
        )
        volume = gray("volume", volume_bits)
        halves = (
            gray("close", bits.close), volume[..., : bits.volume_coarse],
            gray("body", bits.body), gray("upper", bits.upper), gray("lower", bits.lower),
            volume[..., bits.volume_coarse :],
        )
        return torch.cat(halves, dim=-1)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({name: bounds.tolist() for name, bounds in self.bounds.items()}))

    @classmethod
    def read(cls, bits: GuideBits, path: Path) -> "Guide":
        stored = json.loads(path.read_text())
        return cls(bits, {name: torch.tensor(bounds) for name, bounds in stored.items()})
