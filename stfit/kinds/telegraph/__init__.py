"""Traces of two-state noise, which become dwell times."""
