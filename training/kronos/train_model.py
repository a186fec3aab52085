"""Training of the model: cross entropy of the next tokens, as they are served.

What is forecast lies after the context that gave the statistics. Inside the context a token betrays the
future (the rest of the context brings the mean back to 0): such positions help to begin with, and count
for nothing at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from kronos.loop import Metrics
from kronos.model import Model
from kronos.windows import Batch

Encode = Callable[[Tensor], Tensor]
"""Normalised candles [B, T, 6] to tokens [B, T, 2]."""


@dataclass(frozen=True)
class ModelLossSettings:
    """What counts how much."""

    context_weight: float
    """Weight, at the start, of positions inside the context; those after it weigh 1."""
    context_weight_until: float
    """Share of the steps after which the weight has fallen to 0, linearly."""


def context_weight(settings: ModelLossSettings, progress: float) -> float:
    """Weight of positions inside the context at a share of the steps, 0 to 1."""
    if settings.context_weight_until <= 0:
        return 0.0
    return settings.context_weight * max(0.0, 1 - progress / settings.context_weight_until)


def token_losses(model: Model, tokens: Tensor, stamps: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Cross entropies of s1 and of s2 at the chosen [B, T - 1] of the positions 1 to T - 1, in nats."""
    hidden = model.hidden(tokens[:, :-1], stamps[:, :-1])
    following = tokens[:, 1:]
    dependent = model.dependent(hidden, following[..., 0])
    s1, s2 = following[chosen].unbind(-1)
    return (
        F.cross_entropy(model.head.proj_s1(hidden[chosen]).float(), s1, reduction="none"),
        F.cross_entropy(model.head.proj_s2(dependent[chosen]).float(), s2, reduction="none"),
    )


def after_context(batch: Batch) -> Tensor:
    """Which of the positions 1 to T - 1 lie after the context: [B, T - 1]."""
    positions = torch.arange(1, batch.candles.shape[1], device=batch.split.device)
    return positions >= batch.split[:, None]


def model_loss(model: Model, encode: Encode, batch: Batch, weight: float) -> tuple[Tensor, Metrics]:
    """Weighted mean of both cross entropies; the metrics are of the positions after the context."""
    after = after_context(batch)
    chosen = torch.ones_like(after) if weight > 0 else after
    s1, s2 = token_losses(model, encode(batch.candles), batch.stamps, chosen)
    weights = after[chosen].float() + weight * (~after)[chosen]
    loss = ((s1 + s2) * weights).sum() / weights.sum()
    honest = after[chosen]
    return loss, {"s1": s1[honest].mean().item(), "s2": s2[honest].mean().item()}


def validate_model(model: Model, encode: Encode, batches: list[Batch]) -> Metrics:
    """Mean cross entropies after the context; their sum is the score."""
    sums = torch.zeros(3)
    for batch in batches:
        s1, s2 = token_losses(model, encode(batch.candles), batch.stamps, after_context(batch))
        sums += torch.tensor([s1.sum().item(), s2.sum().item(), len(s1)])
    s1, s2 = (sums[:2] / sums[2]).tolist()
    return {"score": s1 + s2, "s1": s1, "s2": s2}
