"""Where a command writes: which files are its own, and how a set of files takes the place of an earlier one."""

from stfit.outputs.folder import (
    ARGUMENT,
    Output,
    Work,
    Written,
    entry_of,
    free_output,
    output_beside,
)
from stfit.outputs.manifest import MANIFEST, checksum
from stfit.outputs.place import require_writable, write_file

__all__ = [
    "ARGUMENT",
    "MANIFEST",
    "Output",
    "Work",
    "Written",
    "checksum",
    "entry_of",
    "free_output",
    "output_beside",
    "require_writable",
    "write_file",
]
