"""Where examples come from: one small interface, one module for each kind of source."""

from __future__ import annotations

from .source import Part, Source, faults, open_source, version

__all__ = ["Part", "Source", "faults", "open_source", "version"]
