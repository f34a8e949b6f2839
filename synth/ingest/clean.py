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
TAG = re.compile(rf"</?(?:{'|'.join(TAGS)})(?:\s[^<>]*)?/?>|<!--.*?-->", re.I | re.S)
SCRIPT = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.I | re.S)
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


def plain(text: str, taken: Counter[str]) -> str:
    """One line of text without tags, entities, links and marks of emphasis."""

    def count(match: re.Match[str]) -> str:
        taken["tag"] += 1
        return " " if match[0].lower().startswith(("<br", "<p", "</p", "<li", "<div", "<!--")) else ""

    text = TAG.sub(count, SCRIPT.sub(count, text))
    text = LINK.sub(r"\1", text)
    for _ in range(3):  # emphasis within emphasis
        text = EMPHASIS.sub(r"\2", text)
    text = ESCAPED.sub(r"\1", html.unescape(text))
    return re.sub(r"\s+", " ", visible(text, taken)).strip()
