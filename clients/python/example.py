"""A forecast with nothing but requests, as clients of the Python service ask it.

    python clients/python/example.py examples/synthetic-1h.csv http://127.0.0.1:8000
"""

import csv
import sys
from datetime import datetime, timedelta

import requests

CONTEXT = 400
HORIZON = 12


def read_candles(path: str) -> tuple[list[dict[str, float]], list[str]]:
    """The last candles of a CSV, and their time stamps."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))[-CONTEXT:]
    columns = ("open", "high", "low", "close", "volume", "amount")
    candles = [{name: float(row[name]) for name in columns} for row in rows]
    return candles, [row["timestamp"] for row in rows]


def next_stamps(stamps: list[str], count: int) -> list[str]:
    """The stamps that follow, as far apart as the last two."""
    before, last = (datetime.fromisoformat(stamp) for stamp in stamps[-2:])
    spacing: timedelta = last - before
    return [(last + spacing * step).isoformat() for step in range(1, count + 1)]


def main(path: str, url: str) -> None:
    candles, stamps = read_candles(path)
    response = requests.post(
        f"{url}/v1/predict/single",
        json={
            "series_id": "example",
            "candles": candles,
            "timestamps": stamps,
            "prediction_timestamps": next_stamps(stamps, HORIZON),
            "overrides": {"pred_len": HORIZON, "temperature": 1.0, "top_p": 0.9, "sample_count": 8},
        },
        timeout=60,
    )
    if response.status_code != 200:
        error = response.json()["error"]
        sys.exit(f"{error['type']}: {error['message']}")
    for candle in response.json()["prediction"]:
        print(f"{candle['timestamp']}  {candle['close']:.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
