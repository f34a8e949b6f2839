"""A figure as a file of its own: with the colours that a page would give it, in light and in dark."""

from __future__ import annotations

import re
from functools import cache

from replicate import resources

ROOT = re.compile(r":root \{(.*?)\}", re.S)
DARK = "@media screen and (prefers-color-scheme: dark) {"
FONT = 'svg{font-family:"Noto Sans","Liberation Sans",Arial,sans-serif;font-variant-numeric:tabular-nums}'


def alone(figure: str) -> str:
    """The figure with its own style, as an XML file that holds together without a page around it."""
    ground = "svg{background:var(--paper)}"
    return _styled(figure, _light(ground) + DARK.replace("screen and ", "") + _dark(ground) + "}") + "\n"


def printed(figure: str) -> str:
    """The figure in its light colours, for paper: plain rules alone, without a background."""
    return _styled(figure, _light())


def _styled(figure: str, style: str) -> str:
    return figure.replace("<desc", f"<style>{FONT}{style}</style><desc", 1)


@cache
def _sheets() -> tuple[str, str, dict[str, str], dict[str, str]]:
    """Rules and dark rules of the figures; light and dark colours of the page."""
    page = (resources.templates() / "report.css").read_text(encoding="utf-8")
    rules, _, dark = (resources.templates() / "figures.css").read_text(encoding="utf-8").partition(DARK)
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", found)) for found in ROOT.findall(page)]
    return re.sub(r"/\*.*?\*/\s*", "", rules, flags=re.S), dark.rstrip().removesuffix("}"), colours[0], colours[1]


def _light(more: str = "") -> str:
    rules, _, light, _ = _sheets()
    return _filled(more + rules, light)


def _dark(more: str = "") -> str:
    rules, dark, _, colours = _sheets()
    return _filled(more + rules + dark, colours)


def _filled(rules: str, colours: dict[str, str]) -> str:
    """Rules with their colours in place, one after the other without spaces that mean nothing."""
    found = re.sub(r"var\(--([\w-]+)\)", lambda one: colours.get(one.group(1), "#000000"), rules)
    return re.sub(r"\s+", " ", found).strip()
