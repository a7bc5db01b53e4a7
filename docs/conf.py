"""How Sphinx builds the site: MyST Markdown, executed notebooks, a theme that loads nothing from a network."""

import sys
from pathlib import Path

import stfit

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "stfit"
author = "The stfit developers"
copyright = "The stfit developers"  # noqa: A001 - Sphinx's own name
release = version = stfit.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "stfit_docs"]
exclude_patterns = ["_extensions"]

myst_enable_extensions = ["attrs_block", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks come executed; another step of .ci/run executes them again. The gallery asks
nb_execution_raise_on_error = True  # for its own execution in its first lines
nb_ipywidgets_js = {}  # a page that stands still has no widgets, and loads nothing from a network

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
smartquotes = False  # an arrow or a minus in a key stays as it is written

html_theme = "pydata_sphinx_theme"
html_title = f"stfit {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": [], "install": [], "gallery": []}
