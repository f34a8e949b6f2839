"""Where examples come from: one small interface, one module for each kind of source."""

from __future__ import annotations

from .source import Source, open_source

__all__ = ["Source", "open_source"]
