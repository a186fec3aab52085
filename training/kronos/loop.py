"""The loop that both trainings share: schedule, averaged weights, log, validation, resuming."""

import copy
import json
import math
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from kronos.checkpoint import write_checkpoint


@dataclass(frozen=True)
class LoopSettings:
    """How long and how fast to train."""

    steps: int
    batch_size: int
    learning_rate: float
    warmup_steps: int
    weight_decay: float
    average_decay: float
    """Share of the averaged weights that a step keeps."""
    validate_every: int
    seed: int


Metrics = dict[str, float]


class Loop:
    """Trains a module in a folder; started again, it goes on where the folder's state says."""

    def __init__(self, name: str, module: nn.Module, settings: LoopSettings, folder: Path, device: torch.device):
        self.name, self.settings, self.folder, self.device = name, settings, folder, device
        self.module = module.to(device)
        self.average = copy.deepcopy(self.module).requires_grad_(False)
        trained = [weight for weight in self.module.parameters() if weight.requires_grad]
        groups = [
            {"params": [w for w in trained if w.ndim > 1], "weight_decay": settings.weight_decay},
            {"params": [w for w in trained if w.ndim <= 1], "weight_decay": 0.0},
        ]
        self.optimiser = torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.95))
        self.step = 0
        self.best = math.inf
        folder.mkdir(parents=True, exist_ok=True)
        if self.state_path.exists():
            self.resume()

    @property
    def state_path(self) -> Path:
        return self.folder / "state.pt"

    def resume(self) -> None:
        state = torch.load(self.state_path, map_location=self.device, weights_only=True)
        self.module.load_state_dict(state["module"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.best = state["step"], state["best"]
        self.log(event="resumed")

    def save_state(self) -> None:
        """Replaces the state at once, so that an interruption leaves the old one or the new one."""
        state = {
            "module": self.module.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "best": self.best,
        }
        fresh = self.state_path.with_suffix(".new")
        torch.save(state, fresh)
        os.replace(fresh, self.state_path)

    def log(self, **fields: float | str) -> None:
        """One JSON line in `log.jsonl`, and on the terminal."""
        line = json.dumps({"training": self.name, "step": self.step} | fields)
        print(line, flush=True)
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(line + "\n")

    def learning_rate(self) -> float:
        """Linear warm-up, then half a cosine to a fiftieth."""
        s = self.settings
        if self.step < s.warmup_steps:
            return s.learning_rate * (self.step + 1) / s.warmup_steps
        done = (self.step - s.warmup_steps) / max(1, s.steps - s.warmup_steps)
        return s.learning_rate * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)

    def run(
        self, loss: Callable[[int], tuple[Tensor, Metrics]], validate: Callable[[nn.Module], Metrics]
    ) -> nn.Module:
        """Steps to the end; returns the averaged weights. `validate` returns what decides as `score`."""
        torch.manual_seed(self.settings.seed + self.step)
        began, sums = time.monotonic(), {}
        while self.step < self.settings.steps:
            for name, value in self.advance(loss).items():
                sums.setdefault(name, []).append(value)
            if self.step % self.settings.validate_every == 0 or self.step == self.settings.steps:
                means = {name: round(sum(values) / len(values), 4) for name, values in sums.items()}
                self.log(**means, lr=self.learning_rate(), seconds=round(time.monotonic() - began))
                sums = {}
                self.check(validate)
                self.save_state()
        return self.average

    def advance(self, loss: Callable[[int], tuple[Tensor, Metrics]]) -> Metrics:
        """One step of the optimiser and of the average."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        with autocast(self.device):
            value, metrics = loss(self.step)
        if not torch.isfinite(value):
            raise FloatingPointError(f"Cannot train {self.name}: the loss of step {self.step} is {value.item()}")
        self.optimiser.zero_grad(set_to_none=True)
        value.backward()
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        # A short average at first: it would else be full of the weights before training.
        keep = min(self.settings.average_decay, self.step / (self.step + 10))
        with torch.no_grad():
            for mean, weight in zip(self.average.parameters(), self.module.parameters()):
                mean.lerp_(weight, 1 - keep)
        return metrics

    def check(self, validate: Callable[[nn.Module], Metrics]) -> None:
        """Validates the average; the best so far is kept in `best/`, the latest in `last/`."""
        self.average.eval()
        with torch.no_grad(), autocast(self.device):
            metrics = validate(self.average)
        self.log(**{f"validation_{name}": round(value, 4) for name, value in metrics.items()})
        write_checkpoint(self.average, self.folder / "last")
        if metrics["score"] < self.best:
            self.best = metrics["score"]
            write_checkpoint(self.average, self.folder / "best")


def autocast(device: torch.device) -> AbstractContextManager:
    """bfloat16 where the hardware multiplies it; else float32."""
    if device.type == "cuda" and torch.cuda.is_bf16_supported():
        return torch.autocast("cuda", torch.bfloat16)
    if device.type == "cpu" and torch.cpu._is_avx512_bf16_supported():
        return torch.autocast("cpu", torch.bfloat16)
    return nullcontext()
