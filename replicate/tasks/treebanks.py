"""The treebanks that XTREME's POS is made of, by language, in the order in which its script reads them.

The script (`scripts/download_data.sh` of google-research/xtreme) takes every file of the release whose name begins with the
language's code, sorted by name, so ancient stages of a language (`grc_`, `fro_`, `orv_`, `lzh_`) are no part of it. The lists are
those of the releases as Universal Dependencies publishes them (`valdan/releases.json` of UniversalDependencies/docs-automation).

Four treebanks are published without their words. `ar_nyuad`, `en_esl` and `ja_bccwj` leave nothing that the script keeps.
`fr_ftb` has the first word of each sentence, and the script keeps its sentences of one word, so it stays in the list.
"""

from __future__ import annotations


def _treebanks(text: str) -> dict[str, tuple[str, ...]]:
    """`en: ewt gum` on a line is the language `en` with the treebanks `en_ewt` and `en_gum`."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    return {code.strip(): tuple(f"{code.strip()}_{name}" for name in names.split()) for code, _, names in lines}


RELEASE, LATER_RELEASE = "2.5", "2.7"

# Release 2.5: XTREME's 33 languages.
TREEBANKS = _treebanks("""
    af: afribooms
    ar: padt pud
    bg: btb
    de: gsd hdt lit pud
    el: gdt
    en: ewt gum lines partut pronouns pud
    es: ancora gsd pud
    et: edt ewt
    eu: bdt
    fa: seraji
    fi: ftb pud tdt
    fr: fqb ftb gsd partut pud sequoia spoken
    he: htb
    hi: hdtb pud
    hu: szeged
    id: gsd pud
    it: isdt partut postwita pud twittiro vit
    ja: gsd modern pud
    kk: ktb
    ko: gsd kaist pud
    mr: ufal
    nl: alpino lassysmall
    pt: bosque gsd pud
    ru: gsd pud syntagrus taiga
    ta: ttb
    te: mtg
    th: pud
    tl: trg
    tr: gb imst pud
    ur: udtb
    vi: vtb
    yo: ytb
    zh: cfl gsd gsdsimp hk pud
""")

# Release 2.7: the languages that XTREME-R adds.
LATER = _treebanks("""
    lt: alksnis hse
    pl: lfg pdb pud
    ro: nonstandard rrt simonero
    uk: iu
    wo: wtb
""")
