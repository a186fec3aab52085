"""A tokenizer that knows its guide from the start: weights in closed form.

Which levels a candle is on is a piecewise linear question, and SwiGLU with a steep gate is piecewise
linear: silu(a x) is nearly a max(x, 0). So the encoder's bits are written down, not searched for, and the
decoder starts as a look-up of the levels' centres. What has no closed form, how neighbours in time sharpen
a level, is left to training.

The stream's coordinates are used as registers. A large constant in one of them keeps the norm, and so the
scale of every other, from depending on the candle.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from kronos.guide import CLOSE_BEND, SHAPE_BEND, Guide, gray_bits
from kronos.layers import FeedForward
from kronos.tokenizer import FEATURES, Tokenizer

OPEN, HIGH, LOW, CLOSE, VOLUME, AMOUNT = range(FEATURES)
CONSTANT = 6
"""Register of the constant."""
HIGHER_BODY = 7
"""Register of max(open - close, 0)."""
FIRST_BIT = 8
"""Register of the first bit's wave; the others follow."""
LARGE = 256.0
STEEP = 2000.0


@dataclass(frozen=True)
class Wave:
    """A piecewise linear function of a value for each bit: above 0 where the bit is set."""

    knots: Tensor  # [K]
    at_knots: Tensor  # [K, bits]
    left: Tensor  # [bits] slope before the first knot
    right: Tensor  # [bits] slope after the last knot


def wave(bounds: Tensor, bits: int) -> Wave:
    """Waves of the Gray code of levels between bounds [2^bits - 1].

    The last bit changes at bounds 0, 2, 4, ..; the others at bounds 1, 3, 5, .., where the knots are.
    """
    signs = gray_bits(torch.arange(2**bits), bits).float() * 2 - 1  # [levels, bits]
    if bits == 1:  # a line through the only bound
        return Wave(bounds, torch.zeros(1, 1), torch.ones(1), torch.ones(1))
    knots = bounds[1::2]
    below, above = signs[1:-1:2], signs[2::2]  # levels on both sides of each knot
    at_knots = (below + above) / 2  # [K, bits]: 0 where the bit changes
    # The last bit's wave crosses 0 between two knots: at its bound, by the heights on both sides.
    before, after = bounds[2:-1:2] - knots[:-1], knots[1:] - bounds[2:-1:2]
    heights = torch.cat((torch.ones(1), (after / before).cumprod(0)))
    at_knots[:, -1] *= heights / heights.mean()
    # Outside the knots each goes on: through its bound, or away from the knot where it is 0.
    left = (at_knots[0] - signs[0]) / (knots[0] - bounds[0])
    right = (signs[-1] - at_knots[-1]) / (bounds[-1] - knots[-1])
    left[-1] = at_knots[0, -1] / (knots[0] - bounds[0])
    right[-1] = -at_knots[-1, -1] / (bounds[-1] - knots[-1])
    return Wave(knots, at_knots, left, right)


def unbend(bounds: Tensor, name: str) -> Tensor:
    """Bounds in units of normalised candles; the inverse of what `parts()` does."""
    scale = {"close": CLOSE_BEND, "volume": 1.0}.get(name, SHAPE_BEND)
    return torch.sinh(bounds) * scale - (1.0 if name == "volume" else 0.0)


class Units:
    """Fills the hidden units of a SwiGLU one by one: register += gain * max(direction . x, 0)."""

    def __init__(self, ffn: FeedForward, scale: float):
        self.ffn, self.scale, self.used = ffn, scale, 0
        for layer in (ffn.w1, ffn.w2, ffn.w3):
            layer.weight.zero_()

    def add(self, direction: dict[int, float], offset: float, gains: dict[int, float]) -> None:
        """A unit that reads registers, and adds to others; `offset` is added to what it reads."""
        if self.used == self.ffn.w1.out_features:
            raise ValueError(f"Cannot build the encoder: ff_dim {self.used} is too small for the guide's levels")
        w1, w2, w3 = self.ffn.w1.weight, self.ffn.w2.weight, self.ffn.w3.weight
        for register, factor in direction.items():
            w1[self.used, register] = factor * STEEP / self.scale
        w1[self.used, CONSTANT] = offset * STEEP / self.scale / LARGE
        w3[self.used, CONSTANT] = 1 / (STEEP * self.scale * LARGE)
        for register, gain in gains.items():
            w2[register, self.used] = gain
        self.used += 1

    def add_wave(self, direction: dict[int, float], shape: Wave, register: int) -> None:
        """A wave's bits to the registers from `register` on; each knot looks away from the middle."""
        knots, values = shape.knots, shape.at_knots
        count, bits = values.shape
        middle = (count - 1) // 2
        steps = (knots[1:] - knots[:-1])[:, None]
        slopes = torch.cat((shape.left[None], (values[1:] - values[:-1]) / steps, shape.right[None]))
        gains = lambda row: {register + bit: row[bit].item() for bit in range(bits)}
        mirrored = {source: -factor for source, factor in direction.items()}
        for k in range(count):
            change = slopes[k + 1] - slopes[k]
            if k > middle:
                self.add(direction, -knots[k].item(), gains(change))
        for k in range(middle + 1):
            change = slopes[k + 1] - slopes[k]
            self.add(mirrored, knots[k].item(), gains(change))
        # The middle piece, continued to all sides: a line through its knot's value.
        slope, anchor = slopes[middle + 1], values[middle] - slopes[middle + 1] * knots[middle]
        self.add(direction, 64.0, gains(slope))
        self.add({}, 1.0, gains(anchor - 64.0 * slope))


@torch.no_grad()
def write_encoder(tokenizer: Tokenizer, guide: Guide) -> None:
    """Sets the encoder so that `encode` yields the guide's code; needs two blocks."""
    sizes, bits = tokenizer.sizes, guide.bits
    if len(tokenizer.encoder) < 2:
        raise ValueError("Cannot build the encoder: the guide needs two blocks, n_enc_layers 3")
    scale = sizes.d_model**0.5 / LARGE
    tokenizer.embed.weight.zero_()
    tokenizer.embed.weight[:FEATURES] = torch.eye(FEATURES)
    tokenizer.embed.bias.zero_()
    tokenizer.embed.bias[CONSTANT] = LARGE
    for block in tokenizer.encoder:
        block.self_attn.out_proj.weight.zero_()
        block.self_attn.out_proj.bias.zero_()
        block.norm2.weight.fill_(1.0)
    units = [Units(block.ffn, scale) for block in tokenizer.encoder]
    volume_bits = bits.volume_coarse + bits.volume_fine
    body = {OPEN: 1.0, CLOSE: -1.0}
    upper = {HIGH: 1.0, CLOSE: -1.0, HIGHER_BODY: -1.0}
    lower = {OPEN: 1.0, HIGHER_BODY: -1.0, LOW: -1.0}
    units[0].add(body, 0.0, {HIGHER_BODY: 1.0})
    # Registers in the order close, volume, body, upper, lower.
    plan = [
        (0, "close", {CLOSE: 1.0}, bits.close), (0, "volume", {VOLUME: 1.0}, volume_bits),
        (0, "body", body, bits.body), (1, "upper", upper, bits.upper), (1, "lower", lower, bits.lower),
    ]
    registers, register = {}, FIRST_BIT
    for block, name, direction, count in plan:
        units[block].add_wave(direction, wave(unbend(guide.bounds[name], name), count), register)
        registers[name] = range(register, register + count)
        register += count
    volume = registers["volume"]
    order = [
        *registers["close"], *volume[: bits.volume_coarse],
        *registers["body"], *registers["upper"], *registers["lower"], *volume[bits.volume_coarse :],
    ]
    tokenizer.quant_embed.weight.zero_()
    tokenizer.quant_embed.bias.zero_()
    for bit, source in enumerate(order):
        tokenizer.quant_embed.weight[bit, source] = 1.0


DECODER_CONSTANT = 16.0
MATCH = 8.0
"""How far a look-up's gate is from 0, whether its bits match or one of them does not."""


@torch.no_grad()
def write_decoder(tokenizer: Tokenizer, guide: Guide, candles: Tensor) -> None:
    """Sets the decoder to look up each level's mean over normalised candles [N, 6]; training goes on from it."""
    sizes, bits = tokenizer.sizes, guide.bits
    count = sizes.bits
    # Branches begin at 0, so that the look-up is exact; their inner weights are random and learn.
    for layer in (tokenizer.post_quant_embed, tokenizer.head):
        layer.weight.zero_()
        layer.bias.zero_()
    tokenizer.post_quant_embed.weight[:count] = torch.eye(count) * count**0.5
    tokenizer.post_quant_embed.bias[count] = DECODER_CONSTANT
    for block in tokenizer.decoder:
        block.self_attn.out_proj.weight.zero_()
        block.self_attn.out_proj.bias.zero_()
        block.ffn.w2.weight.zero_()
    code = guide.code(candles)
    opened, high, low, close, volume, amount = candles.unbind(-1)
    values = {
        "close": [close], "body": [opened - close, (opened - close).clamp(min=0)],
        "upper": [high - torch.maximum(opened, close)], "lower": [torch.minimum(opened, close) - low],
        "volume": [volume, amount],
    }
    s1 = bits.s1
    shape = (s1, s1 + bits.body, s1 + bits.body + bits.upper, s1 + bits.body + bits.upper + bits.lower)
    places = {
        "close": list(range(bits.close)), "body": list(range(shape[0], shape[1])),
        "upper": list(range(shape[1], shape[2])), "lower": list(range(shape[2], shape[3])),
        "volume": [*range(bits.close, s1), *range(shape[3], sizes.bits)],
    }
    # What each looked-up value adds to open, high, low, close, volume, amount.
    effects = {
        "close": [(1, 1, 1, 1, 0, 0)], "body": [(1, 0, 1, 0, 0, 0), (0, 1, -1, 0, 0, 0)],
        "upper": [(0, 1, 0, 0, 0, 0)], "lower": [(0, 0, -1, 0, 0, 0)],
        "volume": [(0, 0, 0, 0, 1, 0), (0, 0, 0, 0, 0, 1)],
    }
    norm = (DECODER_CONSTANT**2 + count) / sizes.d_model
    scale, ffn = norm**-0.5, tokenizer.decoder[0].ffn
    unit, register = 0, count + 1
    for name, where in places.items():
        patterns = gray_bits(torch.arange(2 ** len(where)), len(where))
        for value, effect in zip(values[name], effects[name]):
            tokenizer.head.weight[:, register] = torch.tensor(effect).float()
            register += 1
        for pattern in patterns:
            if unit == ffn.w1.out_features:
                raise ValueError(f"Cannot build the decoder: ff_dim {unit} is too small for the guide's levels")
            rows = (code[:, where] == pattern).all(-1)
            ffn.w1.weight[unit].zero_()
            ffn.w3.weight[unit].zero_()
            ffn.w1.weight[unit, where] = (pattern.float() * 2 - 1) * MATCH / scale
            ffn.w1.weight[unit, count] = -(len(where) - 1) * MATCH / scale / DECODER_CONSTANT
            ffn.w3.weight[unit, count] = 1 / (scale * DECODER_CONSTANT * MATCH)
            ffn.w2.weight[:, unit].zero_()
            for i, value in enumerate(values[name]):
                mean = value[rows].mean() if rows.any() else value.mean()
                ffn.w2.weight[register - len(values[name]) + i, unit] = mean
            unit += 1
