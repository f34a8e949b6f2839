"""Controls: a check is worth what it makes of twins of a claim that are false, and of paraphrases that are true."""
