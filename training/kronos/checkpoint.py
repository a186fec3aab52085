"""Checkpoints in the published layout: a folder with `config.json` and `model.safetensors`."""

import dataclasses
import json
import re
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import nn

UNUSED = re.compile(r"\.rotary\.inv_freq$|^tokenizer\.bsq\.(group_)?basis$|^post_quant_embed_pre\.")
"""Published tensors that nothing needs: computed here, or for the reference's own training."""

Sizes = TypeVar("Sizes")


def write_checkpoint(module: nn.Module, folder: Path, dtype: torch.dtype = torch.float32) -> None:
    """Writes a model's or a tokenizer's sizes and weights."""
    folder.mkdir(parents=True, exist_ok=True)
    config = json.dumps(module.sizes.published(), indent=2, sort_keys=True)
    (folder / "config.json").write_text(config + "\n")
    tensors = {name: t.detach().to("cpu", dtype).contiguous() for name, t in module.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def read_sizes(folder: Path, kind: type[Sizes]) -> Sizes:
    """What `config.json` says of the sizes that `kind` names."""
    config = json.loads((folder / "config.json").read_text())
    names = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: config[name] for name in names if name in config})


def read_weights(module: nn.Module, folder: Path) -> None:
    """Loads the weights; a missing or an unknown tensor is an error."""
    stored = load_file(folder / "model.safetensors")
    module.load_state_dict({k: v.float() for k, v in stored.items() if not UNUSED.search(k)})


def read_checkpoint(module: type[nn.Module], sizes: type[Sizes], folder: Path) -> nn.Module:
    """A module of the sizes and weights in a folder."""
    loaded = module(read_sizes(folder, sizes))
    read_weights(loaded, folder)
    return loaded
