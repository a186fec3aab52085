"""The tokenizer: candles to pairs of tokens by binary spherical quantisation, and back.

Reference: https://github.com/shiyu-coder/Kronos (MIT), KronosTokenizer. B: batch, T: time.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from kronos.layers import Block, run_blocks

FEATURES = 6
"""Columns of a candle: open, high, low, close, volume, amount."""


@dataclass(frozen=True)
class TokenizerSizes:
    """What `config.json` says of a tokenizer. It has one block less than n_enc_layers, n_dec_layers."""

    d_model: int
    n_heads: int
    ff_dim: int
    n_enc_layers: int
    n_dec_layers: int
    s1_bits: int
    s2_bits: int
    d_in: int = FEATURES

    @property
    def bits(self) -> int:
        return self.s1_bits + self.s2_bits

    def published(self) -> dict[str, float]:
        """As the reference's constructor takes them; what it wants beyond the sizes matters to its own
        training alone."""
        unused = {"beta": 0.05, "gamma0": 1.0, "gamma": 1.1, "zeta": 0.05, "group_size": 1}
        dropout = {"attn_dropout_p": 0.0, "ffn_dropout_p": 0.0, "resid_dropout_p": 0.0}
        return asdict(self) | unused | dropout


class Tokenizer(nn.Module):
    """Encoder and decoder, each a stack of causal blocks."""

    def __init__(self, sizes: TokenizerSizes):
        super().__init__()
        self.sizes = sizes
        width, hidden = sizes.d_model, sizes.ff_dim
        self.embed = nn.Linear(sizes.d_in, width)
        self.encoder = nn.ModuleList(
            Block(width, sizes.n_heads, hidden) for _ in range(sizes.n_enc_layers - 1)
        )
        self.quant_embed = nn.Linear(width, sizes.bits)
        self.post_quant_embed = nn.Linear(sizes.bits, width)
        self.decoder = nn.ModuleList(
            Block(width, sizes.n_heads, hidden) for _ in range(sizes.n_dec_layers - 1)
        )
        self.head = nn.Linear(width, sizes.d_in)

    def code(self, candles: Tensor) -> Tensor:
        """Normalised candles [B, T, 6] to real numbers [B, T, bits], whose signs are the bits."""
        return self.quant_embed(run_blocks(self.encoder, self.embed(candles)))

    @torch.no_grad()
    def encode(self, candles: Tensor) -> Tensor:
        """Normalised candles [B, T, 6] to tokens s1, s2 [B, T, 2]."""
        return self.bits_to_tokens(self.code(candles) > 0)

    def bits_to_tokens(self, bits: Tensor) -> Tensor:
        """Booleans [.., bits], the least significant first, to s1, s2 [.., 2]."""
        halves = bits.long().split((self.sizes.s1_bits, self.sizes.s2_bits), dim=-1)
        places = (2 ** torch.arange(half.shape[-1], device=bits.device) for half in halves)
        return torch.stack([(half * place).sum(-1) for half, place in zip(halves, places)], dim=-1)

    def tokens_to_bits(self, tokens: Tensor) -> Tensor:
        """s1, s2 [.., 2] to booleans [.., bits]."""
        counts = (self.sizes.s1_bits, self.sizes.s2_bits)
        parts = [
            tokens[..., half : half + 1] >> torch.arange(count, device=tokens.device) & 1
            for half, count in enumerate(counts)
        ]
        return torch.cat(parts, dim=-1).bool()

    def decode(self, tokens: Tensor) -> Tensor:
        """s1, s2 [B, T, 2] to normalised candles [B, T, 6]."""
        return self.decode_bits(self.tokens_to_bits(tokens))

    def decode_bits(self, bits: Tensor) -> Tensor:
        """Booleans [B, T, bits] to normalised candles [B, T, 6]. The code is a point on the unit sphere."""
        code = (bits.float() * 2 - 1) / self.sizes.bits**0.5
        return self.head(run_blocks(self.decoder, self.post_quant_embed(code)))
