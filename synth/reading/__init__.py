"""Papers as they are read: pages, sentences with their places, tables with their headers, and tables as results."""
