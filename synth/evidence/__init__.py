"""Evidence: the sentences of many papers, indexed once and found fast."""
