"""Text files that are large, long or not what they seem."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from tests.hostile.case import DWELLS, MEASUREMENT, Hostile, Right, analysis, holding

_MEGABYTE: Final = 10**6


def memory() -> Iterator[Hostile]:
    """Text that is larger than anyone wants."""
    for gigabytes in (2, 6, 1000):
        for suffix in (".csv", ".lvm", ".toml", ".json", ".npy", ".h5"):
            command = {".toml": ("fit",), ".json": ("report",)}.get(suffix, ("inspect",))
            name = f"sparse{gigabytes}{suffix}"
            yield Hostile("memory", name, partial(_sparse, gigabytes * 10**9), said=("at most",), command=command)
    for depth in (40, 1_000, 100_000):
        key = ".".join("a" * depth)
        yield analysis("memory", f"keys{depth}", f"{key} = 1\n{MEASUREMENT}")
        yield analysis("memory", f"table{depth}", f"[{key}]\n{MEASUREMENT}")
        yield analysis("memory", f"quoted{depth}", '"a" . ' * depth + f'"b" = 1\n{MEASUREMENT}')
    yield analysis("memory", "lines", "".join(f"a{k}.b.c.d = 1\n" for k in range(25_000)))


def hangs() -> Iterator[Hostile]:
    """Text on which a reader of squares would stay."""
    header = ",".join(f"c{k}" for k in range(100_000))
    yield Hostile("hang", "columns.csv", holding(f"{header}\n{'1,' * 99_999}1\n"))
    yield Hostile("hang", "columns.tsv", holding(f"{header}\n{'1,' * 99_999}1\n".replace(",", "\t")))
    yield Hostile("hang", "duplicates.csv", holding(f"{'n,' * 50_000}n\n{'1,' * 50_000}1\n"))
    pairs = ",".join(f"c{k % 1000}" for k in range(2_000)) + f"\n{'1,' * 1_999}1\n"
    yield Hostile("hang", "pairs.csv", holding(pairs), Right.EITHER)
    yield Hostile("hang", "unnamed.csv", holding(f"{',' * 50_000}\n{'1,' * 50_000}1\n"))
    yield Hostile("hang", "blank.csv", holding("\n" * 5 * _MEGABYTE))
    yield Hostile("hang", "spaces.csv", holding(" " * 20 * _MEGABYTE))
    yield Hostile("hang", "comments.csv", holding("# nothing\n" * (_MEGABYTE // 2)))
    yield Hostile("hang", "comment.csv", holding("#" * 20 * _MEGABYTE))
    yield Hostile("hang", "blank rows.csv", holding(DWELLS + "\n" * 2 * _MEGABYTE), Right.READ)
    yield Hostile("hang", "quotes.csv", holding(DWELLS + '"' * _MEGABYTE))
    yield Hostile("hang", "quoted.csv", holding(DWELLS + '"a\n' * 100_000))
    yield Hostile("hang", "wrong rows.csv", holding(DWELLS + "x\n" * 200_000), Right.EITHER)
    yield Hostile("hang", "words.csv", holding("state,n\n" + "".join(f"w{k},1\n" for k in range(100_000))), Right.READ)
    yield Hostile("hang", "letter.csv", holding("x" * 20 * _MEGABYTE))
    yield Hostile("hang", "zeros.csv", holding("\0" * 20 * _MEGABYTE))
    yield Hostile("hang", "returns.csv", holding("\r" * 3 * _MEGABYTE))
    for name in ("pipe.csv", "pipe.npy", "pipe.h5", "pipe.lvm"):
        yield Hostile("hang", name, _pipe, said=("a device or a pipe",))
    yield Hostile("hang", "pipe.toml", _pipe, said=("a device or a pipe",), command=("fit",))
    yield Hostile("hang", "pipe.json", _pipe, said=("a device or a pipe",), command=("report",))
    yield Hostile("hang", "zero.csv", partial(_link, Path("/dev/zero")), said=("a device or a pipe",))
    yield Hostile("hang", "itself.csv", partial(_link, Path("itself.csv")))
    for trace in ("pipe", "/dev/zero", ".", "absent.npy", "a" * 10_000, "a\\u0000.npy"):
        yield _index("hang", f"index of {trace[:9].strip('/').replace('/', ' ')}.csv", trace)


def labview() -> Iterator[Hostile]:
    """LabVIEW files whose headers are not what they should be."""
    end = "***End_of_Header***\n"
    head = "LabVIEW Measurement\n"
    for label, text in {
        "empty fields": f"{head}Separator\nDecimal_Separator\n{end}X_Dimension\nY_Unit_Label\n{end}X_Value\tv\n0\t1\n",
        "no end": f"{head}X_Value\tv\n0\t1\n",
        "ends": f"{head}{end * 1000}X_Value\tv\n0\t1\n",
        "no rows": f"{head}{end}",
        "only names": f"{head}{end}X_Value\tv\n",
        "no names": f"{head}{end}\t\t\n0\t1\n",
        "no clock": f"{head}X_Columns\tNo\n{end}X0\nDelta_X\tx\n{end}X_Value\tv\n\t1\n\t2\n",
        "binary": f"{head}\0\0\xff\n",
        "tabs": f"{head}{end}{chr(9) * 100_000}\n",
        "separator": f"{head}Separator\tx\n{end}X_Value\tv\n0\t1\n",
    }.items():
        yield Hostile("reader", f"{label}.lvm", holding(text.encode("latin-1")), Right.EITHER)


def _sparse(size: int, path: Path) -> None:
    """A file of zeros that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _link(target: Path, path: Path) -> None:
    path.symlink_to(target)


def _index(kind: str, name: str, trace: str) -> Hostile:
    """An index of one trace."""
    options = ("--kind", "telegraph-trace", "--key", "sample_interval=10 us", "--key", "unit=ohm")
    return Hostile(kind, name, partial(_listing, trace), options=options)


def _listing(trace: str, path: Path) -> None:
    pipe = path.with_name("pipe")
    os.mkfifo(pipe)
    path.write_text(f"file,current (mA)\n{trace},1\n")
