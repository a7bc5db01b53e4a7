"""One target, fuzzed by atheris in this process until it finds something or its time is over.

`tests.fuzz` starts it; arguments after the first three are libFuzzer's own.
"""

from __future__ import annotations

import random
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import atheris

# What is followed: our readers, and the parts of other packages that are written in Python. Kernels are compiled by
# numba, which knows no instrumented code.
_READERS: Final = ("stfit.loaders", "stfit.units", "stfit.pipeline.inspection", "nptdms", "zipfile")
_FOLLOWED: Final = {
    "toml": ("stfit.analysis", "stfit.units", "stfit.measurement", "stfit.pipeline.loading"),
    "json": ("stfit.results", "stfit.reports"),
}
MEMORY: Final = 3_000_000_000  # bytes, above which a reader is refused more, as the reader process is


def main() -> None:
    """tests.fuzz.one TARGET FOLDER: inputs are written as a file into the folder."""
    name, *options = sys.argv[1:]
    followed = _FOLLOWED.get(name, _READERS)
    sys.modules.pop("zipfile", None)  # imported again, so that it is followed
    with atheris.instrument_imports(include=list(followed)):
        from tests.fuzz.mutation import MUTATORS
        from tests.fuzz.targets import read_here, targets
    target = targets()[name]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with TemporaryDirectory() as folder, read_here():
        path = Path(folder) / target.file
        for beside, content in target.beside.items():
            path.with_name(beside).write_bytes(content)

        def one_input(data: bytes) -> None:
            path.write_bytes(data)
            target.run(path)

        mutator = MUTATORS.get(path.suffix)
        chosen = {} if mutator is None else {"custom_mutator": _mutating(mutator)}
        atheris.Setup([sys.argv[0], *options], one_input, **chosen)
        atheris.Fuzz()


def _mutating(mutator: Callable[[bytes, random.Random], bytes]) -> Callable[[bytes, int, int], bytes]:
    """Half of the changes by what is known of the format, the others by bytes."""

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        rng = random.Random(seed)  # noqa: S311 - the seed of the fuzzer
        changed = mutator(data, rng) if rng.random() < 0.5 else b""
        return changed if 0 < len(changed) <= longest else bytes(atheris.Mutate(data, longest))

    return mutate


if __name__ == "__main__":
    main()
