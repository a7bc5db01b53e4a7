"""Reports: a result turned into a page, into text, into files."""
