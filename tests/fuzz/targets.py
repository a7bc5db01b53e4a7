"""What is fuzzed: every container of tables, analysis files and stored results, each by the code that reads it.

Binary containers are read here in the process that fuzzes, so that it sees which lines an input reaches; what their
readers raise becomes what the reader process makes of it. Anything but an answer or an StfitError is a finding.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, final
from unittest.mock import patch

from stfit.analysis import read_analysis
from stfit.errors import InputError, StfitError
from stfit.loaders import reading
from stfit.loaders.contents import Contents
from stfit.loaders.gate import Container, limited
from stfit.loaders.groups import ONLY, Choice
from stfit.loaders.reader import damaged, reader_of
from stfit.loaders.wire import receive, send
from stfit.pipeline.inspection import inspect
from stfit.pipeline.loading import load_measurements
from stfit.reports.comparing import compare
from stfit.reports.document import document
from stfit.reports.markdown import markdown
from stfit.results.storage import read as read_result
from tests.instrument_files import small_line

LARGEST: Final = 20_000_000  # bytes, unpacked: what a small input may ask for
TEXTS: Final = (".csv", ".lvm", ".s2p")
_PAIR: Final = (".dsc", ".dta")
ANALYSIS: Final = "analysis.toml"
RESULT: Final = "result.json"
_DATA: Final = {  # what the analyses of datasets/ name, in the size of an example
    "dwell.csv": b"state,current (mA),temperature (K),n,total_time (s)\nP,0.6,350,157,4688.557\nAP,0.75,350,391,15.1\n",
    "pulse.csv": b"transition,current (mA),pulse_width (ns),n,n_switched\nAP->P,2.5,100,200,3\nAP->P,2.6,100,200,50\n",
    "ramp.csv": b"transition,switching_current (mA),ramp_rate (A/s)\nP->AP,-4.08,0.001\nP->AP,-3.93,0.001\n",
    "lines.csv": b"state,current (mA),linewidth (MHz),linewidth_stderr (MHz)\nP,-0.5,37.8,1.1\nP,-0.4,43.3,1.3\n",
    "currents.csv": b"transition,critical_current (mA),critical_current_stderr (mA)\nP->AP,-15.4,0.4\nAP->P,8.9,0.4\n",
    "traces.csv": b"file,current (mA)\ntrace.npy,1\n",
}


@final
@dataclass(frozen=True)
class Target:
    """One thing that is fuzzed.

    file: the name of an input. run: reads such a file, raising findings alone. beside: what lies in its folder.
    """

    file: str
    run: Callable[[Path], None]
    beside: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def elsewhere(self) -> bool:
        """Whether such a file is read in another process."""
        return Path(self.file).suffix in reading._BINARY

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return self.file.rpartition(".")[2]


def targets() -> dict[str, Target]:
    """Every target by its name; the containers are those that stfit says it reads."""
    files = [f"table{suffix}" for suffix in (*TEXTS, *reading._BINARY)]
    every = [
        *(Target(file, _table, _partners(file)) for file in files),
        Target(ANALYSIS, _analysis, _DATA),
        Target(RESULT, _result),
    ]
    return {target.name: target for target in every}


def _partners(file: str) -> Mapping[str, bytes]:
    """The files of a data set of which one is the input."""
    if Path(file).suffix not in _PAIR:
        return {}
    with TemporaryDirectory() as folder:
        small_line((Path(folder) / file).with_suffix(".dta"))
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@contextmanager
def read_here() -> Iterator[None]:
    """While this lasts, binary containers are read by this process, and come through the wire all the same."""
    with patch.object(reading, "contents", _contents), limited(LARGEST):
        yield


def _contents(path: Path, container: Container, choice: Choice = ONLY) -> Contents:
    read: Callable[..., Contents] = reader_of(container.module, path)
    try:
        found = read(path, LARGEST, **({"choice": choice} if container.grouped else {}))
    except InputError:
        raise
    except Exception as error:
        raise damaged(path, container.words, error) from error
    stream = io.BytesIO()
    send(stream, found)
    stream.seek(0)
    return receive(stream, 1 << 30)


def _table(path: Path) -> None:
    """Inspect a table, then as the first kind that it may be."""
    with suppress(StfitError):
        for kind in inspect(path).fitting[:1]:
            inspect(path, kind)


def _analysis(path: Path) -> None:
    """Read an analysis and the measurements that it names."""
    with suppress(StfitError):
        load_measurements(read_analysis(path))


def _result(path: Path) -> None:
    """Report a result and compare it with itself; figures are drawn by other tests, at ten a second."""
    with suppress(StfitError):
        result = read_result(path)
        markdown(document(result))
        compare([path, path])
