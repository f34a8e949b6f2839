"""Small errors put into modules, one at a time: do their tests notice?

    python -m tests.mutants replicate/results.py --sample 60
    nice python -m tests.mutants synth/assertions

A mutant that no test notices has survived; the share of the others is the score. The tests are collected and run once, with a
trace of which test executes which line. A mutant in a function is then put into a fork of that process, which runs only the tests
that execute its line, up to the first that fails; one outside of functions needs all that imports it anew. Survivors that do the
same in another way stand in `equal.toml`, each with the reason.
"""
