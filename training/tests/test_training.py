"""A toy run from candles to checkpoints; interrupted, it ends with the same weights."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from conftest import TRAINING
from kronos.checkpoint import read_checkpoint
from kronos.config import Config, read_config
from kronos.guide import Guide
from kronos.model import Model, ModelSizes
from kronos.tokenizer import Tokenizer, TokenizerSizes
from kronos.train_model import ModelLossSettings, after_context, context_weight, model_loss
from train import Run


class Interruption(Exception):
    """Stands for a process that ends."""


def train(config: Config) -> Run:
    run = Run(config)
    run.train_model(run.train_tokenizer())
    return run


def weights(config: Config, part: str) -> dict[str, torch.Tensor]:
    return load_file(config.run / part / "last" / "model.safetensors")


def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(toy: Config, monkeypatch):
    train(toy)
    broken = dataclasses.replace(toy, run=toy.run.parent / "broken")
    batch = Run.batch

    def interrupted(run: Run, step: int, size: int):
        if step == 4:
            raise Interruption
        return batch(run, step, size)

    for part in ("tokenizer", "model"):
        monkeypatch.setattr(Run, "batch", interrupted)
        with pytest.raises(Interruption):
            train(broken)
        monkeypatch.setattr(Run, "batch", batch)
        if part == "tokenizer":
            Run(broken).train_tokenizer()
    train(broken)
    for part in ("tokenizer", "model"):
        for name, expected in weights(toy, part).items():
            torch.testing.assert_close(weights(broken, part)[name], expected, rtol=0, atol=0, msg=name)
    lines = [json.loads(line) for line in (broken.run / "model" / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if line.get("event") == "resumed"] == [3]
    assert [line["step"] for line in lines if "s1" in line] == [3, 6]
    assert [line["step"] for line in lines if "validation_score" in line] == [3, 6]


def test_a_model_can_start_from_a_checkpoint_of_other_tokens(toy: Config):
    train(toy)
    other = dataclasses.replace(
        toy,
        run=toy.run.parent / "other",
        guide=dataclasses.replace(toy.guide, close=5, volume_coarse=0, volume_fine=1),
        start=dataclasses.replace(
            toy.start, model=str(toy.run / "model/last"), tokenizer=str(toy.run / "tokenizer/last")
        ),
    )
    run = Run(other)
    tokenizer = run.train_tokenizer()
    sizes = read_checkpoint(Model, ModelSizes, toy.run / "model/last").sizes
    model = Model(sizes)
    run.start_model(model, tokenizer)
    old = weights(toy, "model")
    torch.testing.assert_close(model.state_dict()["transformer.1.ffn.w2.weight"], old["transformer.1.ffn.w2.weight"])
    with torch.no_grad():
        batch = run.batch(0, 32)
        started, _ = model_loss(model, tokenizer.encode, batch, 0.0)
        random, _ = model_loss(Model(sizes), tokenizer.encode, batch, 0.0)
    assert started < random


def test_the_closed_form_encoder_yields_the_code_of_the_guide(toy: Config):
    run = Run(toy)
    tokenizer = run.train_tokenizer()
    guide = Guide.read(toy.guide, toy.run / "guide.json")
    candles = run.batch(50, 64).candles
    same = (tokenizer.code(candles) > 0) == guide.code(candles)
    assert same.all(-1).float().mean() > 0.995
    tokens = tokenizer.encode(candles)
    torch.testing.assert_close(tokenizer.bits_to_tokens(tokenizer.tokens_to_bits(tokens)), tokens)


def test_what_a_run_writes_is_named_and_shaped_as_published(toy: Config):
    train(toy)
    published = TRAINING.parent / "tests/fixtures/parity/tiny"
    for part, module, sizes in (("model", Model, ModelSizes), ("tokenizer", Tokenizer, TokenizerSizes)):
        folder = toy.run / part / "best"
        assert read_checkpoint(module, sizes, folder).sizes.d_model == 32
        keys = json.loads((published / part / "config.json").read_text()).keys()
        assert json.loads((folder / "config.json").read_text()).keys() == keys


def test_only_positions_after_the_context_count_at_the_end(toy: Config):
    settings = ModelLossSettings(context_weight=0.2, context_weight_until=0.5)
    assert [context_weight(settings, share) for share in (0, 0.25, 0.5, 1)] == [0.2, 0.1, 0, 0]
    run = Run(toy)
    batch = run.batch(0, 4)
    chosen = after_context(batch)
    assert chosen.sum(1).tolist() == [48 - split for split in batch.split.tolist()]


@pytest.mark.parametrize(("line", "problem"), [("steps = 4\n", "unknown steps"), ("", "missing")])
def test_a_wrong_configuration_names_what_is_wrong(tmp_path: Path, line: str, problem: str):
    path = tmp_path / "wrong.toml"
    path.write_text((TRAINING / "config/toy.toml").read_text().replace("row_power = 0.5\n", line))
    with pytest.raises(ValueError, match=rf"\[windows\].*{problem}"):
        read_config(path)
