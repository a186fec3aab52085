"""The architecture computes what the reference computes on random weights (tests/fixtures/parity)."""

import json
from pathlib import Path

import pytest
import torch

from conftest import TRAINING
from kronos.checkpoint import read_checkpoint
from kronos.model import Model, ModelSizes
from kronos.tokenizer import Tokenizer, TokenizerSizes

FIXTURES = TRAINING.parent / "tests" / "fixtures" / "parity"
CASES = sorted(FIXTURES.glob("tiny*/*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_tokens_logits_and_reconstruction_equal_the_reference(path: Path):
    case = json.loads(path.read_text())
    tokenizer = read_checkpoint(Tokenizer, TokenizerSizes, path.parent / "tokenizer")
    model = read_checkpoint(Model, ModelSizes, path.parent / "model")
    candles = torch.tensor(case["normalized"], dtype=torch.float32)[None]

    tokens = tokenizer.encode(candles)
    assert tokens[0, :, 0].tolist() == case["tokens_s1"]
    assert tokens[0, :, 1].tolist() == case["tokens_s2"]

    with torch.no_grad():
        ends = tokenizer.decode(tokens)[0, [0, -1]]
        window = tokens[:, -case["max_context"] :]
        stamps = torch.tensor(case["time_features"])[None, -case["max_context"] :]
        hidden = model.hidden(window, stamps)
        s1 = model.head.proj_s1(hidden)[0, -1]
        # The reference asks with the last s1 alone; all queries of one window see the same keys at its end.
        asked = window[..., 0].clone()
        asked[0, -1] = case["s1_argmax"]
        s2 = model.head.proj_s2(model.dependent(hidden, asked))[0, -1]
    torch.testing.assert_close(ends, torch.tensor(case["reconstruction_first_last"]), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(s1, torch.tensor(case["s1_logits_last"]), atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(s2, torch.tensor(case["s2_logits_last"]), atol=1e-3, rtol=1e-4)


def test_there_are_cases_of_learned_and_of_fixed_time_embeddings():
    assert {path.parent.name for path in CASES} == {"tiny", "tiny-fixed-time"}


def test_no_position_sees_a_later_one():
    torch.manual_seed(0)
    sizes = ModelSizes(d_model=16, n_layers=2, n_heads=2, ff_dim=24, s1_bits=3, s2_bits=3)
    model, tokenizer = Model(sizes), Tokenizer(TokenizerSizes(16, 2, 24, 3, 3, 3, 3))
    tokens, stamps = torch.randint(0, 8, (1, 12, 2)), torch.randint(1, 7, (1, 12, 5))
    changed = tokens.clone()
    changed[0, 8:] = 7 - changed[0, 8:]
    candles = torch.randn(1, 12, 6)
    other = candles.clone()
    other[0, 8:] += 1
    with torch.no_grad():
        for a, b in [
            *zip(model(tokens, stamps, tokens[..., 0]), model(changed, stamps, changed[..., 0])),
            (tokenizer.code(candles), tokenizer.code(other)),
            (tokenizer.decode(tokens), tokenizer.decode(changed)),
        ]:
            torch.testing.assert_close(a[0, :8], b[0, :8])
            assert not torch.allclose(a[0, 8:], b[0, 8:])
