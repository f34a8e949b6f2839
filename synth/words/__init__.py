"""The source's words: where a paper speaks of what a claim says, and whether it says the same of it.

Likeness finds a passage and never decides: a sentence with one digit changed is as like as can be. What decides is typed:
numbers and what they belong to, direction, negation, quantifier, names.
"""
