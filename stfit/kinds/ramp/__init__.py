"""Switching under current ramps, as events or as the hysteresis loops in which they happen."""
