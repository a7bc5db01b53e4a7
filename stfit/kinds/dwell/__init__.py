"""Dwell times of the two states, as counts and total times, as means, or one by one."""
