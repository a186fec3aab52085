"""Trains a tokenizer, then a model: `python train.py CONFIG.toml`. Started again, it goes on.

The run's folder holds `guide.json`, and for `tokenizer` and `model` each: `state.pt` (to go on),
`log.jsonl`, and the averaged weights in the published layout, `best/` and `last/`.
"""

import argparse
from pathlib import Path

import torch

from kronos.candles import CandleFile, read_folder, split_by_date
from kronos.checkpoint import read_checkpoint
from kronos.closed_form import write_decoder, write_encoder
from kronos.config import Config, read_config
from kronos.guide import Guide
from kronos.loop import Loop
from kronos.model import Model, ModelSizes
from kronos.tokenizer import FEATURES, Tokenizer, TokenizerSizes
from kronos.train_model import context_weight, model_loss, validate_model
from kronos.train_tokenizer import tokenizer_loss, validate_tokenizer
from kronos.warm_start import warm_start
from kronos.windows import Batch, WindowSampler, validation_batches

FIT_STEP = 1_000_000
"""Batches from here on fit what has a closed form; no training comes so far."""
FIT_BATCHES = 8
FIT_BATCH_SIZE = 64


class Run:
    """Candles, and the parts trained so far."""

    def __init__(self, config: Config):
        self.config = config
        torch.set_num_threads(config.threads)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        data = config.data
        split = split_by_date(read_folder(data.folder), data.validation_from, data.validation_context)
        self.sampler = WindowSampler(split[0], config.windows, data.market_weights, config.seed)
        self.validation = self.validation_windows(split[1])
        config.run.mkdir(parents=True, exist_ok=True)

    def validation_windows(self, files: list[CandleFile]) -> list[Batch]:
        data = self.config.data
        batches = validation_batches(
            files, self.config.windows.rows, data.validation_context, data.validation_windows, 16
        )
        return [batch.to(self.device) for batch in batches]

    def batch(self, step: int, size: int) -> Batch:
        return self.sampler.batch(step, size).to(self.device)

    def train_tokenizer(self) -> Tokenizer:
        config = self.config
        shape, bits = config.tokenizer, config.guide
        torch.manual_seed(config.seed)
        tokenizer = Tokenizer(
            TokenizerSizes(
                shape.d_model, shape.n_heads, shape.ff_dim, shape.layers + 1, shape.layers + 1, bits.s1, bits.s2
            )
        )
        samples = [self.sampler.batch(FIT_STEP + i, FIT_BATCH_SIZE).candles for i in range(FIT_BATCHES)]
        candles = torch.cat(samples).reshape(-1, FEATURES)
        path = config.run / "guide.json"
        if not path.exists():
            Guide.fit(bits, candles).write(path)
        guide = Guide.read(bits, path)
        write_encoder(tokenizer, guide)
        write_decoder(tokenizer, guide, candles)
        for part in (tokenizer.embed, tokenizer.encoder, tokenizer.quant_embed):
            part.requires_grad_(False)
        settings = config.tokenizer_training
        loop = Loop("tokenizer", tokenizer, settings, config.run / "tokenizer", self.device)
        loop.run(
            lambda step: tokenizer_loss(loop.module, self.batch(step, settings.batch_size), config.tokenizer_loss),
            lambda average: validate_tokenizer(average, self.validation, config.tokenizer_loss),
        )
        return read_checkpoint(Tokenizer, TokenizerSizes, loop.folder / "best").to(self.device)

    def train_model(self, tokenizer: Tokenizer) -> None:
        config = self.config
        shape, bits, settings = config.model, config.guide, config.model_training
        torch.manual_seed(config.seed)
        model = Model(
            ModelSizes(shape.d_model, shape.layers, shape.n_heads, shape.ff_dim, bits.s1, bits.s2)
        )
        folder = config.run / "model"
        if config.start.model and not (folder / "state.pt").exists():
            self.start_model(model, tokenizer)
        loop = Loop("model", model, settings, folder, self.device)
        weight = lambda step: context_weight(config.model_loss, step / settings.steps)
        loop.run(
            lambda step: model_loss(
                loop.module, tokenizer.encode, self.batch(step, settings.batch_size), weight(step)
            ),
            lambda average: validate_model(average, tokenizer.encode, self.validation),
        )

    def start_model(self, model: Model, tokenizer: Tokenizer) -> None:
        """From a checkpoint that may speak other tokens."""
        start = self.config.start
        old = read_checkpoint(Model, ModelSizes, Path(start.model))
        old_tokenizer = read_checkpoint(Tokenizer, TokenizerSizes, Path(start.tokenizer))
        batches = [self.sampler.batch(FIT_STEP + i, FIT_BATCH_SIZE) for i in range(FIT_BATCHES)]
        warm_start(model, tokenizer.cpu().encode, old, old_tokenizer, batches)
        tokenizer.to(self.device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path, help="a TOML file as in config/")
    parser.add_argument("--only", choices=("tokenizer", "model"), help="one part; default: both in turn")
    arguments = parser.parse_args()
    run = Run(read_config(arguments.config))
    best = run.config.run / "tokenizer" / "best"
    if arguments.only == "model":
        tokenizer = read_checkpoint(Tokenizer, TokenizerSizes, best).to(run.device)
    else:
        tokenizer = run.train_tokenizer()
    if arguments.only != "tokenizer":
        run.train_model(tokenizer)


if __name__ == "__main__":
    main()
