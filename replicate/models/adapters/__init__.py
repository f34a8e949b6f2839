"""Adapters: small modules in a frozen model, of one task or language each, that are stacked, fused and exchanged.

What each kind is says `Adapter`. The stock body is left as it is: forward hooks at named modules run the adapters that are
active, so packed attention and stock weights go on as before. Nothing heavy is loaded until a model is at hand.
"""

from __future__ import annotations

from .attaching import of
from .beginning import FUSED, SHARED, STACKED, begin
from .files import load_into, restore, save
from .form import Adapter, Body, Setup, fusion_size, matched, size
from .setups import activate, active, fuse, install, penalty
from .weights import base_weights, counts

__all__ = [
    "FUSED", "SHARED", "STACKED", "Adapter", "Body", "Setup", "activate", "active", "base_weights", "begin", "counts", "fuse",
    "fusion_size", "install", "load_into", "matched", "of", "penalty", "restore", "save", "size",
]  # fmt: skip
