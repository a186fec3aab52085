"""Training of the tokenizer: how well candles come back from their tokens.

The encoder is in closed form (closed_form.py) and stays as it is; the decoder learns to sharpen each
level by what came before.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from kronos.closed_form import CLOSE
from kronos.loop import Metrics
from kronos.tokenizer import Tokenizer
from kronos.windows import Batch


@dataclass(frozen=True)
class TokenizerLossSettings:
    """What counts how much."""

    column_weights: tuple[float, ...]
    """Weights of open, high, low, close, volume, amount."""
    knee: float
    """Errors beyond this many standard deviations count linearly."""


def tokenizer_loss(tokenizer: Tokenizer, batch: Batch, settings: TokenizerLossSettings) -> tuple[Tensor, Metrics]:
    """Weighted error of the reconstruction."""
    error = reconstruct(tokenizer, batch) - batch.candles
    smooth = (error.square() + settings.knee**2).sqrt() - settings.knee  # [B, T, 6]
    loss = (smooth * torch.tensor(settings.column_weights, device=error.device)).mean() / settings.knee
    return loss, {"loss": loss.item(), "close": error[..., CLOSE].abs().mean().item()}


def reconstruct(tokenizer: Tokenizer, batch: Batch) -> Tensor:
    """Candles through tokens and back: [B, T, 6]."""
    return tokenizer.decode(tokenizer.encode(batch.candles)).float()


def validate_tokenizer(tokenizer: Tokenizer, batches: list[Batch], settings: TokenizerLossSettings) -> Metrics:
    """The loss, and errors of the close against its usual move from candle to candle."""
    losses = [tokenizer_loss(tokenizer, batch, settings)[0].item() for batch in batches]
    closes = torch.cat([batch.candles[..., CLOSE] for batch in batches])
    errors = torch.cat([reconstruct(tokenizer, batch)[..., CLOSE] for batch in batches]) - closes
    move = (closes[:, 1:] - closes[:, :-1]).std(1)
    move = move.clamp(min=1e-6)
    return {
        "score": sum(losses) / len(losses),
        "level": (errors.square().mean(1).sqrt() / move).median().item(),
        "change": ((errors[:, 1:] - errors[:, :-1]).std(1) / move).median().item(),
    }
