"""Hostile input for every reader of the product: see `python -m tests.fuzz --help` and `family.py`."""
