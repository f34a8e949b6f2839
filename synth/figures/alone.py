"""A figure as a file of its own: with the colours that a page would give it, in light and in dark."""

from __future__ import annotations

STYLE = (
    "svg{font:13px/1 system-ui,sans-serif;font-variant-numeric:tabular-nums;background:#fff}"
    "text{fill:#1b1f24}.small,.value,.head{font-size:11.5px;fill:#57606a}.group{font-size:12px;font-weight:700}"
    ".grid{stroke:#e3e6ea}.axis{stroke:#1b1f24;stroke-width:1.2}.bar{stroke:#1b1f24;stroke-width:1.4}"
    ".dot,.box{fill:#2f6fb5}.hollow{fill:#fff;stroke:#2f6fb5;stroke-width:1.5}.diamond{fill:#b5482f}.new{stroke:#b5482f;stroke-width:3}"
    ".c0{fill:#f4f5f7}.c1{fill:#e3e6ea}.c2{fill:#ccd2d9}.c3{fill:#fff}"
    "@media(prefers-color-scheme:dark){svg{background:#14171b}text{fill:#e6e9ed}.small,.value,.head{fill:#9aa4b0}"
    ".grid{stroke:#2a3037}.axis,.bar{stroke:#e6e9ed}.hollow{fill:#14171b}.c0{fill:#191d22}.c1{fill:#222831}.c2{fill:#2e3742}.c3{fill:#14171b}}"
)


def alone(figure: str) -> str:
    """The figure with its own style, as an XML file that holds together without a page around it."""
    return figure.replace("<desc", f"<style>{STYLE}</style><desc", 1) + "\n"
