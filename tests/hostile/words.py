"""Names, words and titles that a terminal would obey, or that would fill it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from tests.hostile.case import DWELLS, MEASUREMENT, Hostile, Right, analysis, holding

OBEYED: Final = {
    "clear": "\x1b[2J",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://x\x1b\\y",
    "up": "\x1b[1A\x1b[2K",
    "c1": "\x9b31m",
    "string": "\x90q\x9c",
    "bell": "\x07",
    "backspace": "a\x08\x08",
    "return": "ok\rno",
    "vertical": "\x0b\x0c",
    "delete": "\x7f",
    "turned": "\u202egpj.exe",
    "isolate": "\u2066x\u2069",
    "zero": "a\u200bb\u200d",
    "line": "a\u2028stfit: b",
    "tag": "\U000e0041",
    "bom": "\ufeffx",
}


def terminal() -> Iterator[Hostile]:
    """Names, words and titles that a terminal would obey."""
    for label, text in OBEYED.items():
        words = text.replace("\r", "").replace("\x0b", "").replace("\x0c", "").replace("\u2028", "")
        yield Hostile("terminal", f"{text.replace('/', '')}.csv", holding(DWELLS), Right.READ)
        yield Hostile("terminal", f"{text.replace('/', '')}.foo", holding(DWELLS), Right.EITHER)
        yield Hostile("terminal", f"column {label}.csv", holding(DWELLS.replace("n,", f"{words}x,")), Right.EITHER)
        yield Hostile("terminal", f"unit {label}.csv", holding(DWELLS.replace("mA", words)), Right.EITHER)
        yield Hostile("terminal", f"cell {label}.csv", holding(DWELLS.replace("AP", words)), Right.EITHER)
        cell = DWELLS.replace("AP", words)
        yield Hostile("terminal", f"state {label}.csv", holding(cell), options=("--kind", "dwell-times"))
        quoted = _in_toml(text)
        yield analysis("terminal", f"key {label}", f"{quoted} = 1\n{MEASUREMENT}")
        yield analysis("terminal", f"kind {label}", f"[[measurement]]\nkind = {quoted}\nfile = {quoted}\n")
        yield analysis("terminal", f"quantity {label}", f"[device]\nbeta = {quoted}\n{MEASUREMENT}")
        yield analysis("terminal", f"raw {label}", f"title = '{text}\n")
        yield Hostile("terminal", f"option {label}.csv", holding(DWELLS), options=(f"--{text}",))
        yield Hostile("terminal", f"argument {label}.csv", holding(DWELLS), options=(text,))
        yield Hostile("terminal", f"kind {label}.csv", holding(DWELLS), options=("--kind", text))
        yield Hostile(
            "terminal", f"key {label}.csv", holding(DWELLS), options=("--key", f"{text}=1"), right=Right.EITHER
        )


def titles() -> Iterator[Hostile]:
    """Analyses that are fitted, whose titles and files a terminal would obey."""
    title = _in_toml("".join(OBEYED.values()))[:-1] + "long " * 20_000
    text = f'title = {title}"\n{MEASUREMENT}[fit]\ncompare = false\n'
    for label, option in (("words", ()), ("document", ("--json",))):
        yield Hostile(
            "terminal", f"title {label}\x1b[2J.toml", partial(_fitted, text), Right.READ, (), ("fit",), option
        )


def _in_toml(text: str) -> str:
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'


def _fitted(text: str, path: Path) -> None:
    """An analysis of dwells that rise and fall tenfold with the current."""
    rows = [f"{state},{i},100,{10 ** (sign * i)}" for state, sign in (("P", 1), ("AP", -1)) for i in (-1, 0, 1)]
    path.with_name("dwell.csv").write_text("\n".join(["state,current (mA),n,total_time (s)", *rows, ""]))
    path.write_text(text)


def sizes_of_messages() -> Iterator[Hostile]:
    """Names and words that would fill the screen."""
    long = "long " * 90_000
    yield analysis("message size", "title", f'title = "{long}"\n')
    yield analysis("message size", "key", f'"{long}" = 1\n{MEASUREMENT}')
    yield analysis("message size", "kind", f'[[measurement]]\nkind = "{long}"\nfile = "{long}"\n')
    yield analysis("message size", "quantity", f'[device]\nbeta = "{long}"\n{MEASUREMENT}')
    yield analysis("message size", "list", f"[fit]\nfree = [{'1, ' * 50_000}]\n{MEASUREMENT}")
    yield analysis(
        "message size", "keys", f"[device]\n{''.join(f'k{n} = 1{chr(10)}' for n in range(20_000))}{MEASUREMENT}"
    )
    yield analysis("message size", "syntax", f"a = {long}")
    yield analysis("message size", "measurements", f"{'[[measurement]]' + chr(10)}" * 10_000)
    yield Hostile("message size", "column.csv", holding(DWELLS.replace("n,", f"{long},")), Right.EITHER)
    yield Hostile("message size", "unit.csv", holding(DWELLS.replace("mA", long)), Right.EITHER)
    yield Hostile("message size", "cell.csv", holding(DWELLS.replace("AP", long)), Right.EITHER)
    yield Hostile("message size", "kind.csv", holding(DWELLS.replace("AP", long)), options=("--kind", "dwell-times"))
    yield Hostile(
        "message size", "headers.csv", holding(DWELLS.replace("n,", f"{long},")), options=("--kind", "fmr-lines")
    )
    yield Hostile("message size", "rows.csv", holding(DWELLS + "P,x,y,z\n" * 50_000), options=("--kind", "dwell-times"))
    yield Hostile("message size", "missing.csv", holding(DWELLS), command=("inspect", "a" * 10_000))
