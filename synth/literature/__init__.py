"""Papers: found in databases, fetched once, kept by version and hash."""
