"""Reports: `inputs` gathers what a report is made from, `build` makes one value of it, `html`, `pdf` and `markdown` arrange it,
`write` puts the files where they belong, `check` recomputes a finished one.
"""
