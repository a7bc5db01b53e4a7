"""Diagnostics: estimates with verdicts, identifiability, goodness of fit, range of validity."""
