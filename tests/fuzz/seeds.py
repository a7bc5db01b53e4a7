"""What fuzzing starts from: our own files, cut to a size that is read a hundred times a second."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from stfit.loaders.reading import container_of
from tests.containers import WRITERS
from tests.fuzz.targets import ANALYSIS, RESULT, Target
from tests.instrument_files import INSTRUMENTS, small_line

ROOT: Final = Path(__file__).parents[2]
CORPUS: Final = Path(__file__).with_name("corpus")  # inputs that reached something, and those that found something
_WRITERS: Final = WRITERS | INSTRUMENTS | {"line.DSC": small_line}
_ROWS: Final = 12
_ENTRIES: Final = 3  # of a list in a stored result
_LABVIEW: Final = """LabVIEW Measurement\t
Writer_Version\t2
Separator\tTab
Decimal_Separator\t.
Multi_Headings\tNo
X_Columns\tOne
***End_of_Header***\t
\t
Channels\t2\t
Samples\t3\t3
Y_Unit_Label\tmA\tOhm
X_Dimension\tTime\tTime
X0\t0.0\t0.0
Delta_X\t0.001\t0.001
***End_of_Header***\t\t
X_Value\tcurrent\tresistance\tComment
0.000\t1.0\t100.1
0.001\t1.1\t101.2
0.002\t1.2\t100.0
"""
_NOTES: Final = (
    'instrument: a scope; date 2024\n\n"state";"current";"n";"total time"\n;mA;;s\nP;-1,5;3;0,5\nAP;2,0;4;0,25\n'
)


def seeds(target: Target) -> Iterator[bytes]:
    """What one target starts from, the corpus of the tests included."""
    yield from own(target)
    for path in sorted(CORPUS.glob(f"{target.name}/*")):
        yield path.read_bytes()


def stored_results() -> Iterator[bytes]:
    """The released results, their lists cut to three entries."""
    for path in sorted(ROOT.glob("reports/released/*/result.json")):
        yield json.dumps(_cut(json.loads(path.read_text(encoding="utf-8")))).encode()


def own(target: Target) -> Iterator[bytes]:
    """Files of ours for one target."""
    if target.file == ANALYSIS:
        for path in sorted(ROOT.glob("datasets/*/analysis.toml")):
            yield path.read_bytes()
    elif target.file == RESULT:
        yield from stored_results()
    elif target.name == "csv":
        yield _NOTES.encode()
        for path in sorted(ROOT.glob("datasets/*/*.csv")):
            yield b"\n".join(path.read_bytes().split(b"\n")[:_ROWS]) + b"\n"
    elif target.name == "lvm":
        yield _LABVIEW.encode()
    else:
        yield from _containers(target)


def _containers(target: Target) -> Iterator[bytes]:
    """A file of each writer of this ending, or of another one that the same reader takes."""
    with TemporaryDirectory() as folder:
        for name, write in _WRITERS.items():
            path = Path(folder) / name
            if container_of(path) == container_of(Path(target.file)):
                write(path)
                yield path.read_bytes()


def _cut(content: Any) -> Any:
    """A document whose lists have three entries at most."""
    if isinstance(content, dict):
        return {key: _cut(value) for key, value in content.items()}
    return [_cut(value) for value in content[:_ENTRIES]] if isinstance(content, list) else content
