"""XTREME's own submission format: prediction files read and scored, and written from finished runs."""
