"""Starting from a model that speaks another tokenizer's tokens.

The blocks are kept. What is tied to tokens is fitted to windows that both tokenizers encode: embeddings so
that the blocks receive what they received, output layers in closed form (linear discriminants of the hidden
states). That is worth most of an hour of training on two cores.
"""

import torch
from torch import Tensor, nn

from kronos.model import Model
from kronos.tokenizer import Tokenizer
from kronos.train_model import Encode
from kronos.windows import Batch

ROUNDS = 6
SHRINKAGE = 0.02
"""Share of the mean variance that is added to every direction, where hidden states are few or flat."""


@torch.no_grad()
def warm_start(model: Model, encode: Encode, old: Model, old_tokenizer: Tokenizer, batches: list[Batch]) -> None:
    """Fills `model` from `old`, which has the same widths and layers."""
    kept = ("transformer.", "norm.", "time_emb.", "dep_layer.")
    state = {k: v for k, v in old.state_dict().items() if k.startswith(kept)}
    model.load_state_dict(state, strict=False)
    tokens = torch.cat([encode(batch.candles) for batch in batches])
    received = torch.cat([old.embedding(old_tokenizer.encode(batch.candles)) for batch in batches])
    fit_embedding(model, tokens.flatten(0, 1), received.flatten(0, 1))
    asked = torch.cat([old_tokenizer.encode(batch.candles) for batch in batches])[..., 0]
    fit_query(model, tokens[..., 0].flatten(), old.embedding.emb_s1(asked.flatten()), old)
    fit_heads(model, tokens, torch.cat([batch.stamps for batch in batches]))


def means_by_class(values: Tensor, index: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Mean of values [N, d] by class [classes, d], 0 for one that never occurs, and counts [classes]."""
    counts = torch.bincount(index, minlength=classes).float()
    sums = torch.zeros(classes, values.shape[1]).index_add_(0, index, values)
    return sums / counts.clamp(min=1)[:, None], counts


def fit_embedding(model: Model, tokens: Tensor, received: Tensor) -> None:
    """Splits received vectors [N, d] into a sum of one of s1 and one of s2, by least squares in turns."""
    embedding, width = model.embedding, received.shape[1]
    mean = received.mean(0)
    of_s1, of_s2 = torch.zeros(2, 1)
    of_s1 = torch.zeros(2**model.sizes.s1_bits, width)
    of_s2 = torch.zeros(2**model.sizes.s2_bits, width)
    for _ in range(ROUNDS):
        of_s1, _ = means_by_class(received - mean - of_s2[tokens[:, 1]], tokens[:, 0], len(of_s1))
        of_s2, _ = means_by_class(received - mean - of_s1[tokens[:, 0]], tokens[:, 1], len(of_s2))
    embedding.emb_s1.weight.copy_(of_s1 / embedding.scale)
    embedding.emb_s2.weight.copy_(of_s2 / embedding.scale)
    embedding.fusion_proj.weight.copy_(torch.cat((torch.eye(width), torch.eye(width)), dim=1))
    embedding.fusion_proj.bias.copy_(mean)


def fit_query(model: Model, s1: Tensor, asked: Tensor, old: Model) -> None:
    """The dependency layer's query of a new s1 is the mean query of the old ones that it stands for."""
    queries = old.dep_layer.cross_attn.q_proj(asked)  # [N, d]
    wanted, counts = means_by_class(queries, s1, 2**model.sizes.s1_bits)
    seen = counts > 0
    rows = model.embedding.emb_s1.weight[seen]
    rows = torch.cat((rows, torch.ones(len(rows), 1)), dim=1)
    weights = counts[seen].sqrt()[:, None]
    ridge = 1e-3 * (rows * weights).square().mean() * torch.eye(rows.shape[1])
    scaled = rows * weights
    solved = torch.linalg.solve(scaled.T @ scaled + ridge, scaled.T @ (wanted[seen] * weights))
    model.dep_layer.cross_attn.q_proj.weight.copy_(solved[:-1].T)
    model.dep_layer.cross_attn.q_proj.bias.copy_(solved[-1])


def fit_heads(model: Model, tokens: Tensor, stamps: Tensor) -> None:
    """Linear discriminants of the next tokens."""
    hidden, dependent = [], []
    for part, times in zip(tokens.split(8), stamps.split(8)):
        states = model.hidden(part[:, :-1], times[:, :-1])
        hidden.append(states)
        dependent.append(model.dependent(states, part[:, 1:, 0]))
    following = tokens[:, 1:].flatten(0, 1)
    fit_discriminant(model.head.proj_s1, torch.cat(hidden).flatten(0, 1), following[:, 0])
    fit_discriminant(model.head.proj_s2, torch.cat(dependent).flatten(0, 1), following[:, 1])


def fit_discriminant(layer: nn.Linear, states: Tensor, target: Tensor) -> None:
    """Logits of Gaussian classes with a common covariance: states [N, d], target [N]."""
    mean = states.mean(0)
    means, counts = means_by_class(states - mean, target, layer.out_features)
    rest = states - mean - means[target]
    covariance = rest.T @ rest / len(rest)
    covariance += SHRINKAGE * covariance.diagonal().mean() * torch.eye(len(covariance))
    rows = torch.linalg.solve(covariance, means.T).T  # [V, d]
    prior = ((counts + 0.1) / (counts + 0.1).sum()).log()
    layer.weight.copy_(rows)
    layer.bias.copy_(prior - (rows * means).sum(1) / 2 - rows @ mean)
