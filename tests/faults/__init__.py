"""Faults put in on purpose: kill -9 at random moments in every stage, and what else a machine may do to a program.

python -m tests.faults --kills 50

Each stage is one value in `stages.py`. `inside/` goes on the path of a child: it kills, slows or misleads the process from
within. `power.py` is a disk that loses its power.
"""
