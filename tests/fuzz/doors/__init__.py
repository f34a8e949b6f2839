"""The families, each with its doors: one file for each sort of reader."""
