"""The decoder-only transformer over candle tokens.

Reference: https://github.com/shiyu-coder/Kronos (MIT), Kronos. B: batch, T: time, d: width,
V: vocabulary, 2^bits.
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from kronos.layers import Attention, Block, RMSNorm, run_blocks

TIME_ROWS = {"minute": 60, "hour": 24, "weekday": 7, "day": 32, "month": 13}
"""Rows of the time embeddings, in the order of the time features."""

DEPENDENCY_HEADS = 4
"""Heads of the dependency layer, whatever the model's size."""


@dataclass(frozen=True)
class ModelSizes:
    """What `config.json` says of a model."""

    d_model: int
    n_layers: int
    n_heads: int
    ff_dim: int
    s1_bits: int
    s2_bits: int
    learn_te: bool = True

    def published(self) -> dict[str, float]:
        """As the reference's constructor takes them."""
        names = ("attn_dropout_p", "ffn_dropout_p", "resid_dropout_p", "token_dropout_p")
        return asdict(self) | dict.fromkeys(names, 0.0)


class FixedEmbedding(nn.Module):
    """Sinusoids in place of a learned time embedding; stored with the weights, not trained."""

    def __init__(self, rows: int, width: int):
        super().__init__()
        self.emb = nn.Embedding(rows, width)
        self.emb.weight.requires_grad = False
        rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
        angles = torch.arange(rows)[:, None] * rates
        self.emb.weight[:, 0::2] = angles.sin()
        self.emb.weight[:, 1::2] = angles.cos()

    def forward(self, index: Tensor) -> Tensor:
        return self.emb(index)


class TimeEmbedding(nn.Module):
    """Sum of the embeddings of minute, hour, weekday, day and month."""

    def __init__(self, width: int, learned: bool):
        super().__init__()
        make = nn.Embedding if learned else FixedEmbedding
        for unit, rows in TIME_ROWS.items():
            setattr(self, f"{unit}_embed", make(rows, width))

    def forward(self, stamps: Tensor) -> Tensor:
        """[B, T, 5] to [B, T, d]"""
        return sum(getattr(self, f"{unit}_embed")(stamps[..., i]) for i, unit in enumerate(TIME_ROWS))


class PairEmbedding(nn.Module):
    """Both tokens of a candle in one vector."""

    def __init__(self, sizes: ModelSizes):
        super().__init__()
        width = sizes.d_model
        self.scale = math.sqrt(width)
        self.emb_s1 = nn.Embedding(2**sizes.s1_bits, width)
        self.emb_s2 = nn.Embedding(2**sizes.s2_bits, width)
        self.fusion_proj = nn.Linear(2 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """s1, s2 [B, T, 2] to [B, T, d]"""
        pair = torch.cat((self.emb_s1(tokens[..., 0]), self.emb_s2(tokens[..., 1])), dim=-1)
        return self.fusion_proj(pair * self.scale)


class DependencyLayer(nn.Module):
    """What s2 should know of the s1 it belongs to: s1 asks all hidden states, unrotated, as it is served.

    (The reference rotates here in training, but serves queries of length 1, which rotate by nothing.)
    """

    def __init__(self, width: int):
        super().__init__()
        self.cross_attn = Attention(width, DEPENDENCY_HEADS)
        self.norm = RMSNorm(width)

    def forward(self, hidden: Tensor, sibling: Tensor) -> Tensor:
        """Hidden states and embedded next s1, both [B, T, d], to [B, T, d]"""
        return self.norm(hidden + self.cross_attn(sibling, hidden, None))


class Head(nn.Module):
    """Logits of both tokens."""

    def __init__(self, sizes: ModelSizes):
        super().__init__()
        self.proj_s1 = nn.Linear(sizes.d_model, 2**sizes.s1_bits)
        self.proj_s2 = nn.Linear(sizes.d_model, 2**sizes.s2_bits)


class Model(nn.Module):
    """Tokens and time stamps to the next tokens."""

    def __init__(self, sizes: ModelSizes):
        super().__init__()
        self.sizes = sizes
        self.embedding = PairEmbedding(sizes)
        self.time_emb = TimeEmbedding(sizes.d_model, sizes.learn_te)
        self.transformer = nn.ModuleList(
            Block(sizes.d_model, sizes.n_heads, sizes.ff_dim) for _ in range(sizes.n_layers)
        )
        self.norm = RMSNorm(sizes.d_model)
        self.dep_layer = DependencyLayer(sizes.d_model)
        self.head = Head(sizes)
        self.apply(initialise)

    def hidden(self, tokens: Tensor, stamps: Tensor) -> Tensor:
        """Tokens [B, T, 2] and time features [B, T, 5] to normed hidden states [B, T, d]."""
        x = self.embedding(tokens) + self.time_emb(stamps)
        return self.norm(run_blocks(self.transformer, x))

    def dependent(self, hidden: Tensor, s1: Tensor) -> Tensor:
        """What `head.proj_s2` reads, given the s1 [B, T] that follows each position: [B, T, d]."""
        return self.dep_layer(hidden, self.embedding.emb_s1(s1))

    def forward(self, tokens: Tensor, stamps: Tensor, next_s1: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of the next s1, and of the next s2 given the next s1, each [B, T, V]."""
        hidden = self.hidden(tokens, stamps)
        return self.head.proj_s1(hidden), self.head.proj_s2(self.dependent(hidden, next_s1))


def initialise(module: nn.Module) -> None:
    """Linear layers as by Glorot; embeddings so that `sqrt(d)` times them is of unit size."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_normal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding) and module.weight.requires_grad:
        nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)
