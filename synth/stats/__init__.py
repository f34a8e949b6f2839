"""Statistics of verdicts; plain functions on numbers."""
