"""What `python -m synth` says alone: what to do next, by whose claims lie here and what was made of them."""

from __future__ import annotations

from replicate.terminal import standing

ABOUT = "synth: what reports and papers claim, checked against words, printed tables and runs of our own"
SHIPPED = (
    ("python -m synth verify stilts", "claims that come with the package: each check's verdict, and how sure"),
    ("python -m synth report --open", "a report on each question, in out/ (--format html,pdf,md)"),
)
BEGIN = (
    ("python -m synth ingest REPORT", "a report of yours taken apart into claims/NAME.toml"),
    ('python -m synth new "QUESTION"', "or an empty question; synth search finds papers for it"),
    ("python -m synth fetch 2005.13013v2", "a paper into the library, pinned by version and hash"),
)
ON_A_PAPER = (
    ("python -m synth audit FILE", "a document's own arithmetic"),
    ("python -m synth pages FILE", "a paper sentence by sentence; synth table: its tables"),
    ("python -m synth pool FILE.csv", "a meta-analysis; synth regress: gains by typology"),
)
MANY = 3  # questions of one's own that are named


def welcome(here: standing.Standing) -> str:
    """The whole text."""
    if not here.claims:
        title = "Begin with what comes with the package, or with a report of your own:"
        steps = [*SHIPPED, *BEGIN]
    else:
        more = f" and {len(here.claims) - MANY} more" if len(here.claims) > MANY else ""
        title = f"claims/: {', '.join(here.claims[:MANY])}{more}\nNext:"
        name = here.claims[0]
        steps = [
            *((f"python -m synth verify {one}", f"its claims, checked: claims/{one}.toml") for one in here.claims[:MANY]),
            (f"python -m synth fetch {name}", "the papers that it cites, into the library"),
            (f"python -m synth verify {name} --explain ID", "quote, cells, recomputation and controls of one claim"),
            (f"python -m synth review {name}", "six reviewers, their dissents, a total, certainty"),
            (f"python -m synth report {name} --open", "a report on it, in out/ and in the browser"),
        ]
    if here.report:
        steps.append((here.report, "a report that was made here: open it in a browser"))
    if not here.steps:
        steps.append(("python -m replicate run stilts --scale tiny", "runs to check claims against; there are none in runs/ yet"))
    return standing.told(f"{ABOUT}\n\n{title}", [*steps, *ON_A_PAPER], "synth")
