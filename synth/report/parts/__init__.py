"""The sections of a report, a file for each: values in, blocks out. No number in them is typed."""
