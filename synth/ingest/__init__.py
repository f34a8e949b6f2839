"""Reports of other people, taken apart: a text file, Markdown, HTML or PDF becomes a question with its claims."""
