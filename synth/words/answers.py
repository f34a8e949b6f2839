"""What a passage can say of a claim: that it is so, less than that, that it is otherwise, or nothing that decides."""

SUPPORTS, WIDER, REFUTES, OPEN = "supports", "wider", "refutes", "open"
Answer = tuple[str, str]  # one of these, and why
