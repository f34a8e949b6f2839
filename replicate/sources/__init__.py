"""Where examples come from: one small interface, one module for each kind of source."""

from __future__ import annotations

from .source import Part, Source, open_source, version

__all__ = ["Part", "Source", "open_source", "version"]
