"""Papers made by typst for the tests of the reader: two columns, footnotes, booktabs tables, turned pages, and bad files.

Everything that a test expects stands in this file as data, and the typst source is made out of it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

SENTENCES = (
    "Intermediate training on English data often helps a target task in another language.",
    "We measure accuracy on XNLI and F1 on the tagging tasks, for 1,104,934 examples of training data.",
    "The efficient configuration needs 88.5% of the memory and finds a difference of −2.6 points.",
    "A sentence may be long enough to run over several lines of a narrow column, so that its words are broken by hyphenation, "
    "and it has to come back in one piece whatever stands between its parts.",
    "Results for SQuAD v1.1 (see Table 1) are shown in 10.5 minutes, i.e. quickly, as Smith et al. (2019) say.",
)
NOTE = "A note with 17 words in it that stands below the column and belongs to no sentence above."
SYSTEMS = {
    "XLM-R": ("80.1", "86.5", "75.7", "76.1 / 60.0", "67.2"),
    "ANLI+": ("− 0.8", "+ 0.4", "− 0.9", "− 0.6 / − 0.1", "+ 7.7"),
    "SQuAD": ("− 1.4", "+ 0.7", "− 1.6", "+ 1.1 / + 1.3", "+ 8.3"),
    "HellaSwag": ("− 0.3", "+ 0.8", "− 0.7", "− 0.3 / + 0.1", "+ 7.9"),
}
TARGETS = ("XNLI", "PAWS-X", "POS", "XQuAD", "Avg.")
METRICS = ("acc", "acc", "F1", "F1 / EM", "")
SPREAD = {"mBERT": ("65.4 ± 0.3", "81.9"), "XLM-R Large": ("79.2 ± 0.1", "–"), "mT5-XXL": ("85.0 ± 1.2", "90.0")}

HEAD = """
#set document(date: none)
#set text(font: "New Computer Modern", size: 10pt, lang: "en", hyphenate: true)
#set par(justify: true, first-line-indent: 1em, leading: 0.5em)
#set heading(numbering: "1.1")
#set figure.caption(position: bottom)
#show figure.where(kind: table): set text(size: 9pt)
"""


def compiled(source: str) -> bytes:
    """The PDF of a typst source."""
    import typst

    return typst.compile(source.encode(), format="pdf")


def table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str, head: Sequence[str] = (), align: str = "center",
    wide: bool = False, gutter: str = "6pt", mid: Sequence[int] = (),
) -> str:  # fmt: skip
    """A booktabs table: rules above, below and under the header; `head` are typst cells above the names of the columns."""
    cells = [*head, *(f"[{_escaped(one)}]" for one in columns)]
    lines = ["table.hline(stroke: 0.8pt)", *cells, "table.hline(stroke: 0.5pt)"]
    for number, row in enumerate(rows):
        if number in mid:
            lines.append("table.hline(stroke: 0.4pt)")
        lines += [one if one.startswith("table.") else f"[{_escaped(one)}]" for one in row]
    lines.append("table.hline(stroke: 0.8pt)")
    sides = f"align: (left,) + ({align},) * {len(columns) - 1}, inset: (x: {gutter}, y: 2.5pt)"
    made = f"table(columns: {len(columns)}, stroke: none, {sides}, {', '.join(lines)})"
    placed = f"#figure({made}, kind: table, supplement: [Table], caption: [{caption}])"
    return f'#place(top, scope: "parent", float: true)[{placed}]' if wide else placed


def _escaped(text: str) -> str:
    return "".join("\\" + one if one in "#$*_`<>@[]=~/+-" else one for one in text)


def body(sentences: Sequence[str] = SENTENCES) -> str:
    return " ".join(_escaped(one).replace("−", "\u2212") for one in sentences)


@functools.cache
def paper() -> bytes:
    """Two columns with everything that a paper has: sections, a footnote amid a sentence, tables, references, an appendix."""
    metrics = ("[Metric]", *(f"[{_escaped(one)}]" for one in METRICS))
    rows = [[name, *cells] for name, cells in SYSTEMS.items()]
    gains = table(["", *TARGETS], rows, "Dev set results. Gains are over XLM-R, which is XLM-R Large.", metrics, wide=True)
    rows = [[name, *cells] for name, cells in SPREAD.items()]
    spread = table(["Model", "XNLI", "PAWS-X"], rows, "Test set accuracy.", gutter="3pt")
    authors = "Ann Author#super[1] #h(1em) Bob Writer#super[2]"
    title = f'#align(center)[#text(size: 17pt, weight: "bold")[A Paper of Two Columns] \\ {authors}]'
    return compiled(f"""{HEAD}
#set page(paper: "a4", columns: 2, margin: 2cm, numbering: "1")
#place(top, scope: "parent", float: true)[{title}]
#heading(numbering: none)[Abstract]
{body(SENTENCES[:2])}
= Introduction
{body()} The value is 88.85#footnote[{NOTE}] of 100, and
the corpus of S2ORC,#footnote[Another note.] has 10#super[2] parts.

{body()}

{gains}
= Related Work
Others reported 99.9 points.
== Transfer
{body(SENTENCES[:3])}
= Results
{spread}
{body()}

{body()}
#heading(numbering: none)[References]
#set par(hanging-indent: 1em, first-line-indent: 0em)
Smith, A. and B. Jones. 2019. A study of transfer. In _Proceedings of ACL_, pages 1–10.

Li, C. 2020. Another study, with 77.7 points. _Journal_ 3(2).
#set heading(numbering: "A")
#counter(heading).update(0)
= Details
{body(SENTENCES[:2])}
""")


def long(pages: int) -> bytes:
    """A paper of about so many pages, text in two columns with a table on each."""
    spread = table(["Model", "XNLI", "PAWS-X"], [[name, *cells] for name, cells in SPREAD.items()], "Test set accuracy.")
    one = f"= Results\n{body()}\n\n{spread}\n\n" + "\n\n".join([body()] * 7)
    return compiled(
        f'{HEAD}\n#set page(paper: "a4", columns: 2, margin: 2cm, numbering: "1")\n' + "\n#pagebreak()\n".join([one] * pages)
    )


def page(text: str, settings: str = 'paper: "a4", margin: 2cm') -> bytes:
    """A paper of this typst text alone."""
    return compiled(f"{HEAD}\n#set page({settings})\n{text}")


def turned(pdf: bytes, degrees: int) -> bytes:
    """The same pages, shown turned."""
    import io

    import pypdf

    writer = pypdf.PdfWriter()
    for one in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        writer.add_page(one.rotate(degrees))
    return _bytes(writer)


def encrypted(pdf: bytes, password: str = "secret") -> bytes:
    import io

    import pypdf

    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(pdf)))
    writer.encrypt(password, algorithm="RC4-128")
    return _bytes(writer)


def blank(pages: int) -> bytes:
    """Pages with nothing on them."""
    import pypdf

    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    return _bytes(writer)


def scanned() -> bytes:
    """A page that is a picture."""
    picture = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 1 >>"
    content = b"200 0 0 200 0 0 cm /Picture Do"
    return _written(
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /XObject << /Picture 5 0 R >> >>",
        picture + b"\nstream\n\x80\nendstream",
    )


def bomb(mebibytes: int) -> bytes:
    """A page whose content is a few kilobytes packed and very much unpacked."""
    import zlib

    packer = zlib.compressobj(9)
    piece = b"0 0 m 1 1 l S\n" * 75_000
    packed = b"".join(packer.compress(piece) for _ in range(mebibytes)) + packer.flush()
    return _written(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))


def _written(content: bytes, resources: bytes = b"<< >>", *further: bytes) -> bytes:
    """A PDF of one page with this content stream, written by hand."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources %s >>" % resources,
        content,
        *further,
    ]
    made, places = b"%PDF-1.5\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _bytes(writer) -> bytes:
    import io

    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
