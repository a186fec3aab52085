"""What several tests share: a market of random walks, and a run of toy size."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

TRAINING = Path(__file__).parents[1]
sys.path.insert(0, str(TRAINING))

from kronos.config import Config, read_config  # noqa: E402

ROWS = 400


def random_walks(series: int, seed: int) -> pa.Table:
    """Hourly candles of a few instruments, in the format of the data folder."""
    rng = np.random.default_rng(seed)
    tables = []
    for number in range(series):
        close = 100 * np.exp(np.cumsum(rng.normal(scale=0.01, size=ROWS)))
        opened = np.concatenate(([100.0], close[:-1]))
        wick = np.abs(rng.normal(scale=0.3, size=(2, ROWS)))
        stamps = np.datetime64("2024-01-01T00:00", "ms") + np.arange(ROWS) * np.timedelta64(1, "h")
        volume = rng.lognormal(size=ROWS)
        high, low = np.maximum(opened, close) + wick[0], np.minimum(opened, close) - wick[1]
        columns = {"series_id": [f"toy.{number}"] * ROWS, "timestamp": stamps, "open": opened, "high": high,
                   "low": low, "close": close, "volume": volume, "amount": volume * close}
        tables.append(pa.table(columns))
    return pa.concat_tables(tables)


@pytest.fixture(scope="session")
def candle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("candles")
    parquet.write_table(random_walks(3, seed=1), folder / "toy-1h.parquet")
    return folder


@pytest.fixture
def toy(candle_folder: Path, tmp_path: Path) -> Config:
    """The toy configuration, on random walks, in a folder of its own."""
    config = read_config(TRAINING / "config" / "toy.toml")
    data = dataclasses.replace(config.data, folder=candle_folder, validation_from={"toy": "2024-01-14"})
    return dataclasses.replace(config, run=tmp_path / "run", data=data)
