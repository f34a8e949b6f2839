"""The commands of `python -m replicate`, grouped by what they show."""
