"""Candles from a folder of CSV or Parquet files, as series split by date.

A file is one market and frequency, `<market>-<frequency>.parquet` or `.csv`, with the columns
`timestamp` (start of the bar, UTC), `open`, `high`, `low`, `close`, `volume`, `amount` (the last two may
be missing) and `series_id` (a file without it is one series), ordered by series, then by time.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, csv, parquet

COLUMNS = ("open", "high", "low", "close", "volume", "amount")


@dataclass(frozen=True)
class Series:
    """One instrument in one frequency."""

    name: str
    stamps: NDArray[np.int64]  # [T], minutes since 1970
    values: NDArray[np.float32]  # [T, 6]

    def __len__(self) -> int:
        return len(self.stamps)

    def rows(self, start: int, stop: int) -> "Series":
        return Series(self.name, self.stamps[start:stop], self.values[start:stop])


@dataclass(frozen=True)
class CandleFile:
    """The series of one market and frequency."""

    name: str
    market: str
    series: tuple[Series, ...]

    @property
    def row_count(self) -> int:
        return sum(len(series) for series in self.series)


def read_folder(folder: Path) -> list[CandleFile]:
    """Every CSV and Parquet file of a folder, in the order of their names."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".parquet"))
    if not paths:
        raise FileNotFoundError(f"Cannot read candles: {folder} has no .csv and no .parquet file")
    return [read_file(path) for path in paths]


def read_file(path: Path) -> CandleFile:
    """One file; the market is its name up to the last hyphen."""
    table = parquet.read_table(path) if path.suffix == ".parquet" else csv.read_csv(path)
    missing = [name for name in ("timestamp", *COLUMNS[:4]) if name not in table.column_names]
    if missing:
        raise ValueError(f"Cannot read {path.name}: it has no column {', '.join(missing)}")
    stamps = read_stamps(table["timestamp"])
    values = read_values(table)
    names = read_names(table, path.stem)
    bounds = np.flatnonzero(names[1:] != names[:-1]) + 1
    parts = zip(np.split(names, bounds), np.split(stamps, bounds), np.split(values, bounds))
    series = tuple(Series(str(part[0]), times, rows) for part, times, rows in parts)
    for one in series:
        if np.any(np.diff(one.stamps) <= 0):
            raise ValueError(f"Cannot read {path.name}: timestamps of {one.name} do not ascend")
    return CandleFile(path.stem, path.stem.rpartition("-")[0] or path.stem, series)


def read_stamps(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Minutes since 1970 [T]; text is read as ISO 8601."""
    if pa.types.is_string(column.type):
        column = compute.cast(column, pa.timestamp("ms"))
    return column.cast(pa.timestamp("ms")).to_numpy().astype("datetime64[m]").astype(np.int64)


def read_values(table: pa.Table) -> NDArray[np.float32]:
    """[T, 6]. A missing volume is 0, a missing amount is volume times the mean price, as it is served."""
    columns = {
        name: table[name].to_numpy().astype(np.float32) for name in COLUMNS if name in table.column_names
    }
    prices = np.stack([columns[name] for name in COLUMNS[:4]], axis=1)
    if not np.isfinite(prices).all() or (prices <= 0).any():
        raise ValueError("Cannot read candles: a price is missing, not finite or not positive")
    volume = columns.get("volume", np.zeros(len(prices), np.float32))
    amount = columns.get("amount", volume * prices.mean(axis=1))
    return np.column_stack((prices, volume, amount)).astype(np.float32)


def read_names(table: pa.Table, default: str) -> NDArray[np.str_]:
    """Name of the series of each row [T]."""
    if "series_id" not in table.column_names:
        return np.full(table.num_rows, default)
    return table["series_id"].to_numpy().astype(str)


def split_by_date(
    files: list[CandleFile], dates: dict[str, str], context_rows: int
) -> tuple[list[CandleFile], list[CandleFile]]:
    """Training rows, which lie before their market's date, and validation rows, from it on.

    A validation series begins up to `context_rows` before the date: what is forecast lies after it.
    """
    training, validation = [], []
    for file in files:
        if file.market not in dates:
            raise ValueError(f"Cannot split {file.name}: no date for market {file.market} in [data.validation_from]")
        start = np.datetime64(dates[file.market], "m").astype(np.int64)
        cuts = [int(np.searchsorted(one.stamps, start)) for one in file.series]
        pairs = list(zip(file.series, cuts))
        before = tuple(one.rows(0, cut) for one, cut in pairs if cut > 0)
        after = tuple(one.rows(max(0, cut - context_rows), len(one)) for one, cut in pairs if cut < len(one))
        training.append(CandleFile(file.name, file.market, before))
        validation.append(CandleFile(file.name, file.market, after))
    return training, validation
