"""The review of a report: six reviewers, what they agree on, a total, and how certain each finding is.

`panel.review` makes it, `review` holds its values, `reviewers/` has a file for each reviewer with the rubric in it.
"""
