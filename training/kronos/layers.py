"""The building blocks of Kronos (arXiv 2508.02739), with the names of the published tensors.

Reference: https://github.com/shiyu-coder/Kronos (MIT), model/module.py. B: batch, T: time, d: width,
H: heads, D: d / H.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

NORM_EPSILON = 1e-5
ROTARY_BASE = 10_000.0


class RMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + eps) * g"""

    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, self.weight.shape, self.weight, NORM_EPSILON)


def rotary_table(time: int, head_width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine [T, D/2] of position * base^(-2i/D), for positions 0 to T - 1."""
    steps = torch.arange(0, head_width, 2, device=device, dtype=torch.float32) / head_width
    angles = torch.outer(torch.arange(time, device=device, dtype=torch.float32), ROTARY_BASE**-steps)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
    """Turns the pairs (i, i + D/2) of each head; x is [B, H, T, D]."""
    cos, sin = (part.to(x.dtype) for part in table)
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class Attention(nn.Module):
    """Projections of queries, keys and values into heads, causal attention, and out again."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(width, width)
        self.out_proj = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """[B, T, d] to [B, H, T, D]"""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, query: Tensor, source: Tensor, table: tuple[Tensor, Tensor] | None) -> Tensor:
        """Query t sees source 0 to t; both are [B, T, d]. Without a table nothing is rotated."""
        q, k = self.split(self.q_proj(query)), self.split(self.k_proj(source))
        if table is not None:
            q, k = rotate(q, table), rotate(k, table)
        mixed = F.scaled_dot_product_attention(q, k, self.split(self.v_proj(source)), is_causal=True)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """SwiGLU: w2(silu(w1 x) * w3 x)"""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.w1 = nn.Linear(width, hidden, bias=False)
        self.w3 = nn.Linear(width, hidden, bias=False)
        self.w2 = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


class Block(nn.Module):
    """Norm, causal rotary attention, residual, norm, SwiGLU, residual."""

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm1 = RMSNorm(width)
        self.self_attn = Attention(width, heads)
        self.norm2 = RMSNorm(width)
        self.ffn = FeedForward(width, hidden)

    def forward(self, x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
        normed = self.norm1(x)
        x = x + self.self_attn(normed, normed, table)
        return x + self.ffn(self.norm2(x))


def run_blocks(blocks: nn.ModuleList, x: Tensor) -> Tensor:
    """x [B, T, d] through all blocks, which share one rotary table."""
    if len(blocks) == 0:
        return x
    table = rotary_table(x.shape[1], x.shape[2] // blocks[0].self_attn.heads, x.device)
    for block in blocks:
        x = block(x, table)
    return x
