"""The version of the package, which results and reports record."""

__version__ = "0.1.0"
