"""A document's own arithmetic: what it prints in one place against what its other places make."""
