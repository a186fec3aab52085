# %% [markdown]
# # Kronos Edge from a notebook
#
# Run it cell by cell (VS Code, PyCharm and Jupytext read this format) beside a running service:
# `npx -y deno@2.9.6 task start`. It needs `requests` alone.

# %%
import csv
import json
import os

import requests

URL = os.environ.get("KRONOS_URL", "http://127.0.0.1:8000")
CSV = os.environ.get("KRONOS_CSV", "examples/synthetic-1h.csv")

session = requests.Session()
session.get(f"{URL}/v1/readyz", timeout=10).json()

# %% [markdown]
# ## Candles

# %%
with open(CSV, newline="") as file:
    rows = list(csv.DictReader(file))
candles = [
    {name: float(row[name]) for name in ("open", "high", "low", "close", "volume", "amount")}
    for row in rows
]
timestamps = [row["timestamp"] for row in rows]
series = {"series_id": "notebook", "candles": candles[-400:], "timestamps": timestamps[-400:]}
print(f"{len(candles)} candles, {timestamps[0]} to {timestamps[-1]}")

# %% [markdown]
# ## A forecast with bands
#
# `horizon` goes on with the spacing of the input; `quantiles` come from the sample paths; `seed` makes
# it the same each time.

# %%
request = {
    **series,
    "horizon": 12,
    "quantiles": [0.1, 0.5, 0.9],
    "seed": 7,
    "overrides": {"sample_count": 32},
}
response = session.post(f"{URL}/v1/predict/single", json=request, timeout=60)
response.raise_for_status()
forecast = response.json()
bands = forecast["quantiles"]
for i, candle in enumerate(forecast["prediction"]):
    low, middle, high = (bands[level][i]["close"] for level in ("0.1", "0.5", "0.9"))
    print(f"{candle['timestamp']}  {low:9.3f} {middle:9.3f} {high:9.3f}")

# %% [markdown]
# ## How likely is it?

# %%
last = candles[-1]["close"]
events = [
    {"type": "close_above", "level": last, "step": 12},
    {"type": "touch_below", "level": last * 0.98, "step": 12},
]
response = session.post(f"{URL}/v1/predict/single", json={**request, "events": events}, timeout=60)
response.raise_for_status()
for event in response.json()["events"]:
    print(f"{event['type']} {event['level']:.2f}: {event['probability']:.0%}")

# %% [markdown]
# ## The same, step by step as it is made

# %%
with session.post(
    f"{URL}/v1/predict/stream",
    json=request,
    headers={"Accept": "application/x-ndjson"},
    stream=True,
    timeout=60,
) as response:
    response.raise_for_status()
    streamed = []
    for line in response.iter_lines():
        event = json.loads(line)
        if event["event"] == "candle":
            streamed.append(event["data"]["candle"])
            print(f"step {event['data']['step']}: {streamed[-1]['close']:.3f}")
        elif event["event"] == "error":
            raise RuntimeError(event["data"]["error"]["message"])

# %%
print("the same numbers" if streamed == forecast["prediction"] else "different numbers")
