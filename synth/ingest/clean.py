"""Text as people see it: without control characters, mark-up and marks of emphasis; what was taken out is counted."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter

TAGS = (
    "a abbr b big blockquote br code del div em font h[1-6] i img ins kbd li mark ol p q s script small span strike strong sub "
    "sup table tbody td th thead tr tt u ul style"
).split()
TAG = re.compile(rf"</?(?:{'|'.join(TAGS)})(?:\s[^<>]*)?/?>", re.I)
# What goes with all that it holds, and what stands in its place. An end is looked for once, not from every beginning.
HELD = tuple(
    (re.compile(begin, re.I), re.compile(end, re.I), instead)
    for begin, end, instead in (
        (r"<script\b[^<>]*>", r"</script\s*>", ""), (r"<style\b[^<>]*>", r"</style\s*>", ""), ("<!--", "-->", " "),
    )
)  # fmt: skip
LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
EMPHASIS = re.compile(r"(?<![\w*_`])(\*\*\*|\*\*|\*|__|_|``?)(?=\S)([^*_`\n]+?)(?<=\S)\1(?![\w*_`])")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # what paints a terminal; without its first character it would be left as text
INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad")


def visible(text: str, taken: Counter[str]) -> str:
    """A text without control characters (tabs and line ends stay) and without characters that nobody sees."""
    made = list[str]()
    text, painted = COLOUR.subn("", text)
    if painted:
        taken["control character"] += painted
    for one in text:
        if one in "\t\n" or (one not in INVISIBLE and unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co")):
            made.append(one)
        elif one != "\r":
            taken["control character"] += 1
    return "".join(made)


def _without(text: str, taken: Counter[str]) -> str:
    """A text without scripts, styles and comments; one that does not end stays."""
    for begin, end, instead in HELD:
        made, at = list[str](), 0
        while (start := begin.search(text, at)) and (stop := end.search(text, start.end())):
            made += [text[at : start.start()], instead]
            at = stop.end()
            taken["tag"] += 1
        text = "".join([*made, text[at:]])
    return text


def plain(text: str, taken: Counter[str]) -> str:
    """One line of text without tags, entities, links and marks of emphasis."""

    def count(match: re.Match[str]) -> str:
        taken["tag"] += 1
        return " " if match[0].lower().startswith(("<br", "<p", "</p", "<li", "<div")) else ""

    text = TAG.sub(count, _without(text, taken))
    text = LINK.sub(r"\1", text)
    for _ in range(3):  # emphasis within emphasis
        text = EMPHASIS.sub(r"\2", text)
    text = ESCAPED.sub(r"\1", html.unescape(text))
    return re.sub(r"\s+", " ", visible(text, taken)).strip()
