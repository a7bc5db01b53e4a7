"""Raw records turned into measurements: two-state traces into dwell times, by several routes."""
