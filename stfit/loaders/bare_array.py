"""One array without names in a .npy, mapped into memory where it lies; its header is read by its letter.

NumPy, "The .npy format": a magic string, the version, the length of the header, and the header, which `numpy.save`
writes in one way alone. Read so, and not as the Python expression that it may be, it can do nothing.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.loaders.gate import admitted

_MAGIC: Final = b"\x93NUMPY"
_LENGTHS: Final = {1: 2, 2: 4, 3: 4}  # version → bytes that hold the length of the header
_LONGEST: Final = 10_000  # bytes of a header, as NumPy has it
_HEADER: Final = re.compile(
    rb"\{'descr': '(?P<type>[<>|=][biuf](?:1|2|4|8))', 'fortran_order': (?P<order>True|False), "
    rb"'shape': \((?P<shape>(?:[0-9]{1,18}, ?)*[0-9]{0,18})\), \} *\n"
)


def bare_array(path: Path) -> npt.NDArray[Any] | None:
    """The array in a .npy file, of any shape, mapped read-only.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    array or None
        None where it is no such file: no .npy, an array with fields, with objects or text, or one cut short.

    Raises
    ------
    InputError
        As `stfit.loaders.gate.admitted`.
    """
    size = admitted(path)
    with path.open("rb") as stream:
        start = stream.read(len(_MAGIC) + 2)
        if len(start) < len(_MAGIC) + 2 or not start.startswith(_MAGIC) or start[-2] not in _LENGTHS:
            return None
        length = int.from_bytes(stream.read(_LENGTHS[start[-2]]), "little")
        header = _HEADER.fullmatch(stream.read(length)) if length <= _LONGEST else None
        offset = stream.tell()
    if header is None:
        return None
    dtype = np.dtype(header["type"].decode("ascii"))
    shape = tuple(int(length) for length in header["shape"].split(b",") if length.strip())
    count = math.prod(shape)
    if offset + count * dtype.itemsize > size:
        return None
    if not count:
        return np.zeros(shape, dtype)  # of which there is nothing to map
    return np.memmap(path, dtype, "r", offset, shape, "F" if header["order"] == b"True" else "C")
