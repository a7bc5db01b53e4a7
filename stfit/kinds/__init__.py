"""The kinds of measurement, a folder each; the rest of stfit finds them by their entry points and names none."""
