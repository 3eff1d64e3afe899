"""Python's counterparts of three of our models, timed by processor time; see ../beside-python.ts, which starts this.

Reads a list of series as JSON from stdin, {"name", "from", "values": number or null}, and prints a JSON line per series and model:
{"series", "model", "fitMs", "scoreMs", "rows"}. Each is fitted once on the rows before "from" and scores every row after them.
"""
import json
import sys
import time
import warnings

import numpy as np
import torch
from sklearn.ensemble import IsolationForest
from statsmodels.tsa.arima.model import ARIMA

warnings.filterwarnings("ignore")
torch.set_num_threads(1)

# Sizes of ours: src/detection/detectors/{isolation-forest/forest,arima/column-model,lstm/history,lstm/training}.ts
TREES, SAMPLE, ROLLING = 100, 256, 6
MOST_VALUES, ORDER = 480, (1, 1, 1)
STEPS, HIDDEN, MOST_WINDOWS, EPOCHS, BATCH, VISITS = 24, 12, 2500, 40, 4, 2667


def features(values, centre):
    """Distance from the level, rolling mean and deviation, step, and the length of them all, by their logarithms."""
    padded = np.concatenate([np.full(ROLLING - 1, values[0]), values])
    rolling = np.lib.stride_tricks.sliding_window_view(padded, ROLLING)
    columns = [values - centre, rolling.mean(axis=1) - centre, rolling.std(axis=1), np.diff(values, prepend=values[0])]
    away = np.abs(np.stack(columns, axis=1))
    return np.log1p(np.column_stack([away, np.sqrt((away**2).sum(axis=1))]))


class Forest:
    def fit(self, values):
        self.centre = np.median(values)
        self.forest = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(values)), random_state=1)
        self.forest.fit(features(values, self.centre))

    def score(self, values, start):
        return -self.forest.score_samples(features(values, self.centre)[start:])


class Arima:
    def fit(self, values):
        self.fitted = ARIMA(values[-MOST_VALUES:], order=ORDER).fit()

    def score(self, values, start):
        return np.abs(self.fitted.append(values[start:], refit=False).resid[-(len(values) - start) :])


class Autoencoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = torch.nn.LSTM(1, HIDDEN, batch_first=True)
        self.head = torch.nn.Linear(HIDDEN, STEPS)

    def forward(self, windows):
        _, (state, _) = self.cell(windows)
        return self.head(state[0])


class Lstm:
    def windows(self, values):
        scaled = ((values - self.centre) / self.spread).astype(np.float32)
        return torch.from_numpy(np.lib.stride_tricks.sliding_window_view(scaled, STEPS).copy())

    def fit(self, values):
        torch.manual_seed(1)
        self.centre, self.spread = np.median(values), np.std(values) or 1.0
        windows = self.windows(values[-10_000:])
        windows = windows[:: max(1, -(-len(windows) // MOST_WINDOWS))]
        self.network = Autoencoder()
        steps = torch.optim.Adam(self.network.parameters(), lr=0.02)
        loss = torch.nn.HuberLoss()
        for _ in range(min(EPOCHS * len(windows), VISITS) // BATCH):
            batch = windows[torch.randint(len(windows), (BATCH,))]
            steps.zero_grad()
            loss(self.network(batch[:, :, None]), batch).backward()
            steps.step()

    def score(self, values, start):
        windows = self.windows(values[start - STEPS + 1 :])
        with torch.no_grad():
            parts = [(self.network(part[:, :, None]) - part).abs().mean(dim=1) for part in windows.split(1024)]
        return torch.cat(parts).numpy()


def filled(values):
    known = np.array([np.nan if value is None else value for value in values], dtype=float)
    at = np.maximum.accumulate(np.where(np.isfinite(known), np.arange(len(known)), 0))
    return np.nan_to_num(known[at])


def timed(job):
    begun = time.process_time()
    result = job()
    return (time.process_time() - begun) * 1000, result


for series in json.load(sys.stdin):
    values, start = filled(series["values"]), series["from"]
    for name, model in (("isolation-forest", Forest()), ("arima", Arima()), ("lstm", Lstm())):
        fit_ms, _ = timed(lambda: model.fit(values[:start]))
        score_ms, scores = timed(lambda: model.score(values, start))
        assert len(scores) == len(values) - start
        print(json.dumps({"series": series["name"], "model": name, "fitMs": fit_ms, "scoreMs": score_ms, "rows": len(scores)}))
        sys.stdout.flush()
