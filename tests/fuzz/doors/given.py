"""Small valid inputs of people, and the words that may stand in them."""

from __future__ import annotations

REPORT = b"""# Does training on SQuAD first help?

**Score: 9.3/10** | 14 papers retrieved

## Abstract
We examine "English Intermediate-Task Training Improves Zero-Shot Cross-Lingual Transfer Too" (arXiv:2005.13013v2).

## Verified claims
1. [x] Training on SQuAD first raises the average by 8.2 points (confidence: 27%) [1]
2. [ ] HellaSwag gains 7.5 points on XTREME, and no task loses... (confidence 0.31)
- \xe2\x9c\x93 MNLI is the best intermediate task for retrieval. Confidence: high

| Claim | Verified | Confidence |
| --- | :-: | ---: |
| ANLI+ adds 7.7 points | yes | 0.9 |
| Sizes are 1,104,934 | \xe2\x9d\x8c | 12 % |

## References
[1] Phang et al. 2020. https://arxiv.org/abs/2005.13013v2
[2] doi:10.18653/v1/2020.aacl-main.56
"""
TOLD = b"""title: A report
score: 8

Claims
======

* \xe2\x9c\x85 XLM-R gains 5.4 points. (80%)
* \xe2\x9c\x97 "Adapters are worse"; p < 0.05
claim;verified;confidence
"SQuAD helps; by 3,2 points";true;0,5

Sources
1. 2104.07412v2
"""
PAGE = b"""<!DOCTYPE html><html lang="en"><head><title>A paper</title><style>p {}</style></head><body>
<article><h1>A Paper</h1><div class="ltx_abstract"><h6>Abstract</h6><p>We gain 8.2 points<sup>2</sup> on XTREME.</p></div>
<h2>1 Introduction</h2><p>Training on <b>SQuAD</b> helps<span class="ltx_note" role="note">A note.</span>; see
<math alttext="x^{2}"><mi>x</mi></math> &amp; Table&nbsp;1. <a href="https://arxiv.org/abs/2005.13013v2">[1]</a></p>
<h2>Verified claims</h2><ul><li>&#10003; XLM-R gains 5.4 points (0.8)</li><li>[ ] MNLI helps. Confidence: 30%</li></ul>
<figure><figcaption>Table 1: Results</figcaption><table><tr><th rowspan="2">Model</th><th colspan="2">XNLI</th><th>Avg</th></tr>
<tr><th>acc</th><th>F1</th><td>all</td></tr><tr><td>XLM-R</td><td>79.2</td><td>80.1</td><td>79.7</td></tr>
<tr><td>SQuAD</td><td class="ltx_font_bold">81.0</td><td>&#8722; 0.8</td><td>80.1</td></tr></table></figure>
<h2>References</h2><p>Smith, A. 2019. A study.</p></body></html>
"""
LATEX = rb"""\documentclass{article}
\newcommand{\ours}{StiltNet} \def\best#1{\textbf{#1}}
\title{A Paper}\author{Ann \and Bob}
\begin{document}\maketitle
\begin{abstract}We gain 8.2 points on XTREME, i.e. \ours{} helps~\citep{smith2019}.\end{abstract}
\section{Introduction}\label{sec:in}
Training on SQuAD\footnote{A note with 17 words.} raises $F_1$ by $3.2 \pm 0.1$ points, see Table~\ref{tab:one}. % comment
\begin{table}[t]\centering\begin{tabular}{l|rr@{}c}\toprule
\multirow{2}{*}{Model} & \multicolumn{2}{c}{XNLI} & Avg. \\ \cmidrule{2-3} & acc & F1 & \\ \midrule
XLM-R & 79.2 & 80.1 & 79.7 \\ \ours & \textbf{81.0} & $-0.8$ & 80.1 \\ \bottomrule
\end{tabular}\caption{Results of \emph{all}.}\label{tab:one}\end{table}
\begin{itemize}\item One.\item Two\end{itemize}
# Claims
- [x] SQuAD adds 8.2 points (0.9)
\input{other} \begin{thebibliography}{9}\bibitem{smith2019} Smith. A study.\end{thebibliography}
\end{document}
"""
TEXT = b"""A Paper of Plain Text

Abstract

We gain 8.2 points on XTREME. Training on SQuAD helps by 12.5% (from 80.0 to 90.0), t(38) = 2.1, p = .04.

1 Introduction

Table 1: Results of 3 systems. Best in bold.
Model\tXNLI\tPAWS-X\tAvg.
XLM-R\t79.2\t88.0\t83.6
SQuAD\t81.0\t**88.1**\t84.6

| Task | Train | Dev | Share |
|------|------:|----:|-------|
| XNLI | 1,000 | 10 | 25.0% |
| POS | 3,000 | 30 | 75.0% |
| Total | 4,000 | 40 | 100% |

The average is 84.6, which is 1.0 points more than 83.6.

References

Smith, A. 2019. A study.
"""
TABLE = b"""Model,XNLI,PAWS-X,POS,Avg.
mBERT,65.4,81.9,70.3,72.5
XLM-R,79.2,86.4,72.6,79.4
**Ours**,80.1,"1,000",73.0 \xc2\xb1 0.2,80.0
"""
QUESTION = b"""question = "Does diversity of families change transfer?"
name = "families"
papers = ["2005.13013v2", "2104.07412v2"]
margin = 0.5
[reported]
score = 9.3
papers_retrieved = 14
[search]
terms = [["intermediate task", "STILTs"], ["cross-lingual", "multilingual"]]
years = [2018, 2024]
languages = ["en"]
must = [["zero-shot"], { any = ["XTREME"], why = "our target tasks" }]
should = ["XLM-R"]
exclude = [{ any = ["survey"], why = "no experiments" }]
least = 0.2
limit = 200
databases = ["arxiv", "openalex"]
queries = { arxiv = 'abs:"intermediate training"' }
decisions = [{ id = "2104.08645", keep = false, why = "read" }]
[[claim]]
id = "squad-gain"
text = "Training on SQuAD first raises the average by 8.2 points."
paper = "2005.13013v2"
reported = { verified = true, confidence = 0.27 }
note = "as printed"
cut = true
[[claim.assert]]
kind = "gain"
intermediate = "squad1"
over = "baseline"
target = "average"
value = "8.2"
relation = "about"
[[claim]]
id = "each"
text = "No task is harmed."
[[claim.assert]]
kind = "sign"
across = "targets"
quantifier = "each"
among = ["xnli", "pawsx"]
direction = "up"
[[claim.assert]]
kind = "size"
about = "xnli"
what = "languages"
value = "15"
"""
CLAIMS = b"""{"id": "1", "claim": "Training on SQuAD first raises the average by 8.2 points.", "paper": "2005.13013v1"}
{"id": 2, "claim": "MNLI is better than QQP on XNLI by at least 3.1%, for all 15 languages.", "paper": "paper.pdf"}
{"id": "c", "claim": "It has 1,104,934 examples and half of them, i.e. two thirds, help."}
"""
EFFECTS = b"""# a remark
study,yi,vi,year,group
Ann 2019,0.31,0.02,2019,a
Bob 2020,-0.10,0.05,2020,b
Cid 2021,0.55,0.01,2021,a
Dan 2021,0.20,NA,2021,b
"""
LANGUAGES = (
    b"language,task,score,overlap\nde,xnli,70.1,0.5\nsw,xnli,60.3,0.1\nhi,xnli,65.0,0.2\nzh,pos,61.2,0.3\nfi,pos,71.2,0.4\n"
)
RECORD = b"""{"kind": "search", "schema": "synth.search/1", "name": "families", "query": "a"}
{"kind": "outcome", "database": "arxiv", "query": "q", "outcome": "complete", "total": 1, "records": 1}
{"kind": "study", "id": "2005.13013", "aliases": ["doi:10.18653/v1/2020.aacl-main.56"], "title": "A", "outcome": "included"}
{"kind": "counts", "identified": {"arxiv": 1}, "skipped": 0, "duplicates": 0, "screened": 1, "excluded": {}, "included": 1}
"""
MARKS = (
    "[x]", "[ ]", "✓", "❌", "confidence:", "100%", "1e5%", "²", "½", "1/0", "−", "±", "|", "| --- |", "```", "    ", "#",
    "######", "\t", "[1]:", "[1]", "https://arxiv.org/abs/", "10.1/", "2005.13013v99", "v0", "0000.00000", "claim", "Verified",
    "---\n", "title:", "%PDF-", "<html", "\\begin{", "XNLI", "average", "8.2 points", "by", "from", "to", "p <", "(", ")", "\"",
    "No. 1", "Table 1:", "et al.",
)  # fmt: skip
TAGS = (
    "<table>", "</table>", "<tr>", "<td rowspan=\"²\">", "<td colspan=99999999999999999999>", "<th rowspan=0>",
    "<td rowspan=-1>", "<script>", "</script>", "<![CDATA[", "<!--", "<!", "<?", "&#x110000;", "&#55296;", "&nbsp", "<sup>",
    "<math alttext=x>", "</p", "<p", "<title>", "</title>", "<h1>", "<h9>", "<figcaption>", "<span class=footnote>", "<b>",
    "</b>", "<svg>", "<template>", "<br/>", "<plaintext>",
)  # fmt: skip
COMMANDS = (
    "\\begin{tabular}{", "\\end{tabular}", "&", "\\\\", "\\multicolumn{9999999999999999999999}{c}{x}", "\\multirow{-3}{*}{",
    "\\newcommand{\\a}{\\a\\a}", "\\a", "\\def\\b#1{\\b{#1#1}}", "\\b{x}", "\\input{/etc/passwd}", "\\footnote{", "\\caption{",
    "\\label{", "\\ref{", "$", "$$", "\\[", "\\verb|", "\\iffalse", "\\fi", "\\begin{verbatim}", "\\begin{comment}", "%", "\\'",
    "\\multirow{\u00b2}{*}{y}", "\\section{", "{", "}", "\\textbf{", "\\begin{table}",
)  # fmt: skip
