"""The report as plain text, for the terminal."""

from __future__ import annotations

from stfit.results.summary import summary

__all__ = ["summary"]
