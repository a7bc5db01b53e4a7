"""The notebooks of the project, which are the tutorials of the site."""

from __future__ import annotations

import shutil
from pathlib import Path

from sphinx.application import Sphinx


def copy_notebooks(app: Sphinx) -> None:
    """Copy the executed notebooks into the tutorials; an unchanged one keeps its date, so that Sphinx reads it once."""
    source = Path(app.srcdir)
    for notebook in (source.parent / "notebooks").glob("*.ipynb"):
        copy = source / "tutorials" / notebook.name
        if not copy.exists() or copy.read_bytes() != notebook.read_bytes():
            shutil.copy(notebook, copy)
