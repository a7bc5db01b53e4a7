"""The version of the package, which results and reports record."""

from typing import Final

__version__: Final = "0.1.0"
