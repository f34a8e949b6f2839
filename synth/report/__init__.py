"""Reports: one value, and the pages made of it."""

from .page import SCHEMA, build, html, write

__all__ = ["SCHEMA", "build", "html", "write"]
