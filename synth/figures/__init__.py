"""Figures: data in, one SVG out. Colours are classes of the page, so light, dark and print look after themselves."""
