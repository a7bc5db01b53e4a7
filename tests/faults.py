"""Commands that write, killed or hindered while they do, and what then stands in their folders."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import stfit
from stfit.backends.chain_file import read
from stfit.outputs.moving import settle

ROOT: Final = Path(stfit.__file__).parents[1]
GROWING: Final = frozenset({"chain.h5", "unfinished.jsonl"})  # each is whole by itself at any moment
ANALYSIS: Final = """
title = "a quick one"
[device]
beta = "0.35 ± 0.03"
delta_R = "0.112 ± 0.004 ohm"
temperature = "295 ± 1 K"
[[measurement]]
kind = "dwell-times"
file = "dwell.csv"
polarity = 1
[sampler]
ensembles = 2
steps = 200
[fit]
compare = false
intervals = "covariance"
"""
OLD, NEW = "1", "2"  # seeds of the run whose output is there, and of the one that is to replace it


@dataclass(frozen=True)
class Command:
    """A command that writes. output: the folder, below that where it runs; {seed} stands for its seed."""

    name: str
    arguments: tuple[str, ...]
    output: str

    def line(self, seed: str) -> list[str]:
        return [sys.executable, "-m", "stfit", *(word.replace("{seed}", seed) for word in self.arguments)]


COMMANDS: Final = (
    Command("fit", ("fit", "a.toml", "--seed", "{seed}", "--format", "html,md", "--out", "fit"), "fit"),
    Command(
        "mcmc", ("fit", "a.toml", "--backend", "mcmc", "--seed", "{seed}", "--processes", "2", "--out", "mcmc"), "mcmc"
    ),
    Command(
        "calibrate",
        ("calibrate", "a.toml", "-n", "8", "--seed", "{seed}", "--processes", "2", "--out", "calibrate"),
        "calibrate",
    ),
    Command(
        "plan",
        ("plan", "a.toml", "--check", "1", "--refits", "10", "--seed", "{seed}", "--processes", "1", "--out", "plan"),
        "plan",
    ),
    Command(
        "report", ("report", "stored-{seed}/result.json", "--format", "html,md", "--out", "report", "--force"), "report"
    ),
    Command("init", ("init", "dwell-{seed}.csv", "--out", "init/new.toml", "--force"), "init"),
    Command(
        "simulate",
        ("simulate", "--device", "device.toml", "--experiment", "experiment.toml", "--seed", "{seed}", "--out", "sim"),
        "sim",
    ),
    Command("inspect", ("inspect", "dwell-{seed}.csv", "--png", "png/plot.png", "--force"), "png"),
    Command("compare", ("compare", "stored-{seed}", "stored-1", "--out", "both", "--force"), "both"),
)


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1700000000"}


def run(command: Command, folder: Path, seed: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command.line(seed), cwd=folder, env=environment(), capture_output=True, check=False)


def world(folder: Path, *, stored: bool = True) -> Path:
    """Where commands run: data, an analysis, and results that are stored, if any command is to need them."""
    source = ROOT / "datasets" / "nanopillar"
    folder.mkdir(parents=True)
    table = (source / "dwell.csv").read_text(encoding="utf-8").splitlines()
    for name, rows in (("dwell.csv", table), ("dwell-1.csv", table), ("dwell-2.csv", table[:40])):
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    for name in ("device.toml", "experiment.toml"):
        shutil.copy(source / name, folder)
    (folder / "a.toml").write_text(ANALYSIS, encoding="utf-8")
    for seed in (OLD, NEW) if stored else ():
        fit = Command("fit", ("fit", "a.toml", "--seed", seed, "--out", f"stored-{seed}"), "")
        assert run(fit, folder, seed).returncode == 0
    return folder


@dataclass(frozen=True)
class States:
    """A command with the folder where its earlier run stands, and the two contents that its output may have."""

    command: Command
    before: Path
    old: Mapping[str, str]
    new: Mapping[str, str]
    seconds: float  # that the new run takes

    def wrong(self, place: Path) -> str:
        """What is lost or half-written in a folder where a new run was begun; empty where all is old or all is new."""
        output = place / self.command.output
        settle(output)
        found = contents(output)
        if found not in (self.old, self.new):
            different = {name for name in found.keys() | self.old.keys() if found.get(name) != self.old.get(name)}
            return f"neither the old nor the new output: {sorted(different)}"
        hidden = [path.name for path in output.rglob(".*") if path.name != ".stfit.json" and path.suffix != ".part"]
        if hidden:
            return f"left behind: {hidden}"
        if (output / "own.txt").read_text() != "mine":
            return "somebody's own file was touched"
        if (output / "chain.h5").exists():
            read(output / "chain.h5")
        return ""


def contents(output: Path) -> dict[str, str]:
    """The files of a folder by their checksums, without those that grow, and what the next run clears away."""
    return {
        path.relative_to(output).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in output.rglob("*")
        if path.is_file() and path.name not in GROWING and path.suffix != ".part"
    }


def states(command: Command, template: Path, scratch: Path) -> States:
    """Run a command undisturbed, twice."""
    # places of one name, which a draft takes for the title
    before, after = (scratch / f"{command.name}-{when}" / template.name for when in ("before", "after"))
    shutil.copytree(template, before)
    output = before / command.output
    output.mkdir()
    (output / "own.txt").write_text("mine")
    assert run(command, before, OLD).returncode == 0
    shutil.copytree(before, after)
    began = time.monotonic()
    done = run(command, after, NEW)
    assert done.returncode == 0, done.stderr.decode()
    found = States(command, before, contents(output), contents(after / command.output), time.monotonic() - began)
    assert found.old != found.new
    return found


def killed(found: States, place: Path, rng: random.Random) -> str:
    """Kill a run at a random instant: of all its time, or of the moments in which it writes. What is wrong then."""
    shutil.copytree(found.before, place)
    process = subprocess.Popen(
        found.command.line(NEW), cwd=place, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if rng.random() < 0.5:
        time.sleep(rng.uniform(0.0, found.seconds))
    else:
        output = place / found.command.output
        while process.poll() is None and not any(output.glob(".*[0-9a-f]*")):
            time.sleep(0.0005)
        time.sleep(rng.uniform(0.0, 0.01))
    process.send_signal(signal.SIGKILL)
    process.wait()
    return found.wrong(place) or _left(place)


def _left(place: Path) -> str:
    """Workers that outlive their parent by 10 s."""
    for _ in range(100):
        if not (left := workers_in(place)):
            return ""
        time.sleep(0.1)
    return f"workers that stayed: {left}"


def workers_in(place: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == place and b"spawn_main" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:  # ended since
            continue
    return found


def gone_on_with(found: States, place: Path) -> str:
    """Give the same command again after a kill: what is wrong with its output."""
    done = run(found.command, place, NEW)
    if done.returncode != 0:
        return f"the same command again: status {done.returncode}, {done.stderr.decode()[-200:]}"
    if contents(place / found.command.output) != found.new:
        return "the same command again gives something else"
    return found.wrong(place)


Fault = Callable[[States, Path], str]


def _hindered(found: States, place: Path, line: list[str], **options: object) -> str:
    """A run that cannot write: status 2, one line, and what was there."""
    done = subprocess.run(line, cwd=place, env=environment(), capture_output=True, check=False, **options)  # type: ignore[call-overload]
    said = done.stderr.decode()
    if b"Traceback" in done.stderr or done.returncode not in (0, 2):
        return f"status {done.returncode}: {said[-300:]}"
    if done.returncode == 2 and not said.startswith("stfit: "):
        return f"another message: {said[-300:]}"
    return found.wrong(place)


def full_disk(found: States, place: Path) -> str:
    """Files of at most 2 kB can be written."""
    shutil.copytree(found.before, place)
    limit = 'trap "" XFSZ; ulimit -f 4; exec "$@"'
    return _hindered(found, place, ["sh", "-c", limit, "sh", *found.command.line(NEW)])


def read_only(found: States, place: Path) -> str:
    """The output folder may not be written, and nobody is above the law."""
    shutil.copytree(found.before, place)
    output = place / found.command.output
    output.chmod(0o555)
    try:
        drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *found.command.line(NEW)]
        return _hindered(found, place, drop)
    finally:
        output.chmod(0o755)


def closed_pipe(found: States, place: Path) -> str:
    """Nobody reads what is said."""
    shutil.copytree(found.before, place)
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        found.command.line(NEW), cwd=place, env=environment(), stdout=writer, stderr=writer, check=False
    )
    os.close(writer)
    return found.wrong(place) or ("" if process.returncode == 0 else f"status {process.returncode}")


def interrupted(found: States, place: Path, rng: random.Random, number: signal.Signals) -> str:
    """A signal at a random instant: one line and its status, or the end of all the work."""
    shutil.copytree(found.before, place)
    process = subprocess.Popen(
        found.command.line(NEW),
        cwd=place,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    time.sleep(rng.uniform(0.4, 1.0) * found.seconds)  # Python itself has started
    process.send_signal(number)
    said = process.communicate()[1].decode()
    if process.returncode not in (0, 128 + number):
        return f"status {process.returncode}: {said[-300:]}"
    if process.returncode and (said.count("stfit: interrupted") != 1 or "Traceback" in said):
        return f"another message: {said[-300:]}"
    return found.wrong(place) or _left(place)


def two_at_once(found: States, place: Path) -> str:
    """Two runs of the same work into one folder."""
    shutil.copytree(found.before, place)
    line = found.command.line(NEW)
    both = [
        subprocess.Popen(line, cwd=place, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [process.communicate()[1].decode() for process in both]
    if any(process.returncode not in (0, 2) or "Traceback" in words for process, words in zip(both, said, strict=True)):
        return f"status {[process.returncode for process in both]}: {said}"
    return found.wrong(place)
