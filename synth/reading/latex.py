"""LaTeX source -> Document: sections, paragraphs, footnotes, captions, and tables with their merged cells.

No macro is run. A macro that the paper defines for a name (`\\newcommand{\\ours}{...}`) is put in its place; what is not
known is left out, and its argument kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from . import cells, plain
from .document import ABSTRACT, CAPTION, FOOTNOTE, HEADING, TABLE, Document
from .environments import Environment, beginning, environments, replaced
from .lines import LOWERED, RAISED
from .plain import Part

ACCENTS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307", '"': "\u0308",
           "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327", "k": "\u0328"}  # fmt: skip
SYMBOLS = {
    "pm": "±", "times": "×", "cdot": "·", "to": "→", "rightarrow": "→", "leftarrow": "←", "uparrow": "↑", "downarrow": "↓",
    "leq": "≤",
    "geq": "≥", "le": "≤", "ge": "≥", "neq": "≠", "approx": "≈", "sim": "∼", "dagger": "†", "ddagger": "‡", "ldots": "…",
    "dots": "…",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε", "theta": "θ", "lambda": "λ", "mu": "μ",
    "sigma": "σ", "rho": "ρ", "tau": "τ", "kappa": "κ", "phi": "φ", "checkmark": "✓", "textdagger": "†", "textasciitilde": "~",
    "S": "§", "P": "¶", "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı",
    "quad": " ", "qquad": " ", "LaTeX": "LaTeX", "TeX": "TeX", "textbackslash": "\\", "infty": "∞", "ast": "∗", "star": "⋆",
}  # fmt: skip
# Commands whose arguments are no text of the paper.
DROPPED = ("bibitem|label|vspace|hspace|includegraphics|bibliographystyle|bibliography|usepackage|input|include|pagestyle|"
           "setlength|setcounter|addtolength|thispagestyle|color|cmidrule|cline|arraystretch|resizebox|scalebox|rule|vskip|hskip|"
           "definecolor|newcolumntype|rowcolor|cellcolor|columncolor|graphicspath|hypersetup|phantom|hphantom|vphantom|addlinespace|"
           "specialrule")  # fmt: skip
OPTIONAL = r"(?:\[[^\]]{0,500}\])"  # an argument in brackets; one that does not end is not looked for to the end of the text
CITES = re.compile(rf"\\(?:cite[a-zA-Z]*|newcite|shortcite)\*?{OPTIONAL}*\{{([^{{}}]*)\}}")
TABLES = beginning(r"table\*?", r"sidewaystable\*?", "wraptable", "longtable")
TABULAR = beginning("tabular[xy*]?", "longtable", "tabulary")
FIGURES = beginning(r"figure\*?", r"algorithm\*?", "wrapfigure", "tikzpicture", "lstlisting", "verbatim")
MATHS = beginning(r"equation\*?", r"align\*?", r"gather\*?", r"multline\*?", r"eqnarray\*?", "displaymath")
RULES = re.compile(rf"\\(cmidrule|cline)(\([^)]{{0,80}}\))?{OPTIONAL}?\{{[^{{}}]*\}}|\\(top|mid|bottom)rule{OPTIONAL}?|\\hline")
SECTION = re.compile(r"\\(?P<what>part|chapter|section|subsection|subsubsection|paragraph|appendix|bibitem)\b\*?")
LEVELS = {"part": 1, "chapter": 1, "section": 1, "subsection": 2, "subsubsection": 3}
LONGEST = 200_000  # characters that an argument or an expansion may have
LONGEST_NAME = 200  # characters that a macro for a name may stand for


def read(text: str, source: str) -> Document:
    """The document in a LaTeX source of one file."""
    # A zero byte would be taken for the mark of what is put aside below.
    text = re.sub(r"(?<!\\)%[^\n]*+(?:\n[ \t]*|\Z)", "", text.replace("\r\n", "\n").replace("\0", ""))
    text = _macros(text)
    title = _argument(text, text.find("\\title")) if "\\title" in text else ""
    begin, end = text.find("\\begin{document}"), text.find("\\end{document}")
    body = text[begin + len("\\begin{document}") if begin >= 0 else 0 : end if end >= 0 else len(text)]
    parts, tables = list[Part](), list[cells.Table]()
    kept: list[str] = []

    def aside(found: Environment) -> str:
        kept.append(f"\\begin{{{found.name}}}{found.inner}\\end{{{found.name}}}")
        return f"\n\n\x00{len(kept) - 1}\x00\n\n"

    body = re.sub(
        r"\\maketitle|\\(title|author|date)\b\s*", lambda found: "" if found[0].startswith("\\make") else found[0], body
    )
    for begins in (TABLES, FIGURES, TABULAR):
        body = replaced(body, begins, aside)
    for part in _parts(body):
        number = re.fullmatch(r"\s*\x00(\d+)\x00\s*", part.text)
        if number is None:
            shown = text_of(part.text)
            if shown:
                parts.append(Part(shown, part.label, part.level))
            continue
        for piece in _float(kept[int(number[1])]):
            if isinstance(piece, Part):
                parts.append(piece)
            else:
                tables.append(piece)
    return plain.document(source, "latex", parts, tables, text_of(title))


def _macros(text: str) -> str:
    """Macros without arguments, as papers define them for names, put in their places."""
    found, spaced = dict[str, str](), set[str]()
    for one in re.finditer(r"\\(?:newcommand|renewcommand|providecommand|def)\*?\s*\{?\\([A-Za-z]+)\}?\s*(?=\{)", text):
        value = _argument(text, one.end(), most=LONGEST_NAME)
        if len(value) < LONGEST_NAME and "#" not in value and one[1] not in value:
            found[one[1]] = value.removesuffix("\\xspace")
            spaced |= {one[1]} if value.endswith("\\xspace") else set()
    if not found:
        return text

    def value_of(one: re.Match[str]) -> str:
        if one[1] not in found:
            return one[0]
        return found[one[1]] + (" " if one[1] in spaced and (one[2] or "").isspace() else "")

    head, mark, rest = text.partition("\\begin{document}")
    for _ in range(3):
        rest = re.sub(r"\\([A-Za-z]+)(\{\}|\s+(?=[^\s]))?", value_of, rest)
        if len(rest) > len(text) + LONGEST * 10:
            break
    return head + mark + rest


def _argument(text: str, start: int, skip: int = 0, most: int = LONGEST) -> str:
    """The text between the next braces, whatever is nested in them; where they do not end, as much as an argument may have."""
    place = text.find("{", start)
    if place < 0:
        return ""
    depth = 0
    for end in range(place, min(len(text), place + most + 1)):
        if text[end] == "{" and text[end - 1] != "\\":
            depth += 1
        elif text[end] == "}" and text[end - 1] != "\\":
            depth -= 1
            if not depth:
                return text[place + 1 : end] if not skip else _argument(text, end + 1, skip - 1)
    return text[place + 1 : place + most + 1]


def _parts(body: str) -> Iterator[Part]:
    """Headings and paragraphs, with footnotes after the paragraph that they stand in."""
    for raw in re.split(
        r"\n\s*\n|(?=\\(?:sub)*section\b)|(?=\\begin\{(?:abstract|thebibliography)\})|(?=\\(?:appendix|item|bibitem|paragraph)\b)",
        body,
    ):
        text = raw.strip()
        if not text:
            continue
        found = SECTION.match(text)
        label = ""
        if text.startswith("\\begin{abstract}"):
            yield Part("Abstract", HEADING)
            text, label = text.removeprefix("\\begin{abstract}"), ABSTRACT
        elif text.startswith("\\begin{thebibliography}"):
            yield Part("References", HEADING)
            continue
        elif found and found["what"] in LEVELS:
            name = _argument(text, 0)
            yield Part(name, HEADING, LEVELS[found["what"]])
            text = text[text.find("{") + len(name) + 2 :]
        elif found and found["what"] == "appendix":
            yield Part("Appendix", HEADING)
            text = text[len("\\appendix") :]
        elif found and found["what"] == "paragraph":
            name = _argument(text, 0)
            text = f"{name} {text[text.find('{') + len(name) + 2 :]}"
        notes = list[str]()
        while (place := text.find("\\footnote{")) >= 0 and len(notes) < 100:
            note = _argument(text, place)
            notes.append(note)
            text = text[:place] + text[place + len("\\footnote{") + len(note) + 1 :]
        yield Part(text, label)
        yield from (Part(note, FOOTNOTE) for note in notes)


def _float(source: str) -> Iterator[Part | cells.Table]:
    place = source.find("\\caption")
    caption = text_of(_argument(source, place)) if place >= 0 else ""
    table = "table}" in source[:40] or "table*}" in source[:40] or "tab" in source[:20]
    if caption:
        yield Part(caption, CAPTION)
    for one in environments(source, TABULAR):
        rows, rules = _rows(one.inner, one.name)
        yield Part("\n".join("\t".join(piece.text for piece in row) for row in rows), TABLE)
        made = cells.table(rows, caption if table else "", rules)
        if made is not None:
            yield made


def _rows(source: str, kind: str) -> tuple[list[list[cells.Piece]], list[int]]:
    """The rows of a tabular, and which of them have a rule above."""
    skip = 2 if kind in ("tabularx", "tabular*", "tabulary") else 1
    body = source
    for _ in range(skip):
        body = re.sub(r"^\s*(\[[^\]]*\])?\s*", "", body)
        if body.startswith("{"):
            body = body[len(_argument(body, 0)) + 2 :]
    rows, rules = list[list[cells.Piece]](), list[int]()
    for raw in re.split(rf"\\\\(?:\s*{OPTIONAL})?|\\tabularnewline\b", body):
        if re.search(r"\\(midrule|hline|toprule|bottomrule)\b", raw) and rows:
            rules.append(len(rows))
        bare = RULES.sub("", raw)
        if not bare.strip():
            continue
        rows.append([_piece(one) for one in re.split(r"(?<!\\)&", bare)])
    return rows, rules


def _piece(source: str) -> cells.Piece:
    text, down, across = source.strip(), 1, 1
    for _ in range(2):
        found = re.match(r"\s*\\(multicolumn|multirow)(?:\[[^\]]*\])?\{(-?[0-9]{1,18})\}(?:\[[^\]]*\])?", text)
        if not found:
            break
        inner = _argument(text, found.end(), skip=1)
        if found[1] == "multicolumn":
            across = min(max(1, int(found[2])), 500)
        else:
            down = min(max(1, abs(int(found[2]))), 500)
        text = inner
    return cells.Piece(text_of(text), down, across, False, bool(re.search(r"\\(textbf|bf|bfseries|mathbf)\b", text)))


def text_of(source: str) -> str:
    """LaTeX as people read it: no commands, accents on their letters, scripts as such."""
    text = replaced(source[: 5 * LONGEST], MATHS, lambda found: f" {found.inner} ")
    text = CITES.sub(lambda found: f"({found[1]})", text)
    text = re.sub(rf"\\(?:{DROPPED})\*?(?:\([^)]{{0,500}}\))?{OPTIONAL}?(?:\{{[^{{}}]*\}}){{0,3}}", "", text)
    text = re.sub(rf"\\(?:begin|end)\{{[^}}]{{0,500}}\}}{OPTIONAL}?", " ", text)
    text = re.sub(r"\\(?:ref|autoref|cref|Cref|eqref|pageref)\*?\{([^}]{0,500})\}", r"\1", text)
    text = re.sub(r"\\href\{[^{}]*\}\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\([`'^~=.\"]|[ruvHck](?=[\s{]))\s*\{?\\?([A-Za-z])\}?", _accent, text)
    text = re.sub(
        r"\\(" + "|".join(sorted(SYMBOLS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}|\s(?=\s*[A-Za-z]))?",
        lambda one: SYMBOLS[one[1]],
        text,
    )
    text = re.sub(r"(?<!\\)\$([^$]*)\$", lambda found: _maths(found[1]), text)
    text = re.sub(r"\\textsuperscript\{([^{}]*)\}", lambda found: "".join(RAISED.get(one, one) for one in found[1]), text)
    for _ in range(8):
        shorter = re.sub(rf"\\[A-Za-z]++\*?\s*{OPTIONAL}?\{{([^{{}}]*)\}}", r"\1", text)
        if shorter == text:
            break
        text = shorter
    text = (
        text.replace("\\\\", " ")
        .replace("~", " ")
        .replace("---", "\u2014")
        .replace("--", "\u2013")
        .replace("``", "\u201c")
        .replace("''", "\u201d")
    )
    text = re.sub(r"\\([%&$#_{}])", lambda one: {"{": "\x01", "}": "\x02"}.get(one[1], one[1]), text)
    text = re.sub(r"\\[A-Za-z]+\*?|\\[,;:! /-]", lambda one: " " if one[0] in ("\\,", "\\;", "\\:", "\\ ") else "", text)
    text = text.replace("{", "").replace("}", "").replace("\x01", "{").replace("\x02", "}")
    return " ".join(text.split())


def _accent(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", found[2] + ACCENTS[found[1]])


def _maths(text: str) -> str:
    text = re.sub(r"\^\{?([0-9+\-]+)\}?", lambda one: "".join(RAISED.get(each, each) for each in one[1]), text)
    text = re.sub(r"_\{?([0-9+\-]+)\}?", lambda one: "".join(LOWERED.get(each, each) for each in one[1]), text)
    text = re.sub(r"[_^]", " ", text)
    return text.replace("-", "\u2212")
