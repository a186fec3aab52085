"""The configuration file: one TOML table for each part of a run."""

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kronos.guide import GuideBits
from kronos.loop import LoopSettings
from kronos.train_model import ModelLossSettings
from kronos.train_tokenizer import TokenizerLossSettings
from kronos.windows import WindowSettings


@dataclass(frozen=True)
class DataSettings:
    """Which candles."""

    folder: Path
    """CSV and Parquet files; a relative path counts from the configuration file."""
    validation_from: dict[str, str]
    """Date by market: rows before it train, the others choose the checkpoint."""
    market_weights: dict[str, float]
    """How often windows of a market are drawn, 1 where it is not named."""
    validation_windows: int
    """Windows of each file that a validation sees, at most."""
    validation_context: int
    """Candles of their context."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a stack of blocks; those of tokens come from the guide."""

    d_model: int
    n_heads: int
    ff_dim: int
    layers: int


@dataclass(frozen=True)
class StartSettings:
    """A published checkpoint to start the model from; empty strings: from random weights."""

    model: str
    tokenizer: str


@dataclass(frozen=True)
class Config:
    """Everything that a run depends on, but for the candles."""

    run: Path
    threads: int
    seed: int
    data: DataSettings
    windows: WindowSettings
    guide: GuideBits
    tokenizer: Shape
    tokenizer_loss: TokenizerLossSettings
    tokenizer_training: LoopSettings
    model: Shape
    model_loss: ModelLossSettings
    model_training: LoopSettings
    start: StartSettings


Table = TypeVar("Table")


def read_config(path: Path) -> Config:
    """Reads a configuration; a missing or unknown name is an error that names it."""
    stored = tomllib.loads(path.read_text())
    base = path.parent
    seed = stored.get("seed", 0)
    tables = {
        "data": DataSettings, "windows": WindowSettings, "guide": GuideBits, "tokenizer": Shape,
        "tokenizer_loss": TokenizerLossSettings, "tokenizer_training": LoopSettings, "model": Shape,
        "model_loss": ModelLossSettings, "model_training": LoopSettings, "start": StartSettings,
    }
    stored.setdefault("start", {"model": "", "tokenizer": ""})
    for name in ("tokenizer_training", "model_training"):
        stored.setdefault(name, {})["seed"] = seed
    values: dict[str, Any] = {name: build(kind, stored.get(name, {}), name) for name, kind in tables.items()}
    values["data"] = dataclasses.replace(values["data"], folder=base / values["data"].folder)
    start = {name: str(base / value) if value else "" for name, value in stored["start"].items()}
    values["start"] = StartSettings(**start)
    rest = {name: value for name, value in stored.items() if name not in tables}
    config = build(Config, rest | values, "configuration")
    return dataclasses.replace(config, run=base / config.run)


def build(kind: type[Table], stored: dict[str, Any], name: str) -> Table:
    """A table as the settings it stands for."""
    fields = {field.name: field for field in dataclasses.fields(kind)}
    missing, unknown = fields.keys() - stored.keys(), stored.keys() - fields.keys()
    if missing or unknown:
        problems = [f"{word} {', '.join(sorted(names))}" for word, names in
                    (("missing", missing), ("unknown", unknown)) if names]
        raise ValueError(f"Cannot read the configuration: [{name}]: {'; '.join(problems)}")
    freeze = lambda value: tuple(value) if isinstance(value, list) else value
    return kind(**{key: freeze(value) for key, value in stored.items()})
