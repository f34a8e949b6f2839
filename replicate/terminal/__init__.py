"""What a person at a terminal meets, the same in both programs: help and wrong usage, completion, progress, where one stands."""
