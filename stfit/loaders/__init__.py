"""Files → tables → measurements. A container says how bytes become a table, a kind what its columns mean."""

from stfit.loaders.containers import Table, read_table
from stfit.loaders.tables import load_table

__all__ = ["Table", "load_table", "read_table"]
