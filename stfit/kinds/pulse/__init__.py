"""Switching under current pulses."""
