"""What a run costs: counted before it, estimated for a device, corrected by what was measured, and told after it."""
