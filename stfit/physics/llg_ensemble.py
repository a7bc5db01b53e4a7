"""Many macrospins in reduced units, in blocks of 64 on one or more threads (units as in llg_kernels)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import OutsideValidityError
from stfit.physics import llg_kernels as kernels
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]

_LARGEST_STEP: Final = 0.5  # rad of precession, or √(2D0 t) of diffusion: beyond it a step is no small rotation
_CHUNK: Final = 4096  # steps between looks at which replicas are done
_SLICE: Final = 256  # samples of a block that are put in order together


@final
@dataclass(frozen=True)
class Reduced:
    """What all replicas share: the time step in (1+α²)/(Γ B_K), fields in B_K = 2K/M_s, energies in Kv.

    temperature: 1/σ; applied: h; hard: κ = E_hard/(Kv).
    """

    step: float
    alpha: float
    temperature: float
    applied: float
    hard: float
    gmr: Gmr

    @property
    def diffusion(self) -> float:
        """D0 times the unit of time."""
        return 0.5 * self.alpha * self.temperature

    def check(self, field: Array, torque: Array) -> None:
        """OutsideValidityError if a step is no small rotation; field: GI/(2Kv), torque, shape (replicas,)."""
        strongest = 1.0 + abs(self.applied) + self.hard + float(np.max(np.abs(field) + np.abs(torque), initial=0.0))
        turn, spread = self.step * strongest, np.sqrt(2.0 * self.diffusion * max(self.step, 0.0))
        if not 0.0 < turn <= _LARGEST_STEP or not spread <= _LARGEST_STEP:
            raise OutsideValidityError(
                f"in a time step the moment turns by {turn:.3g} rad and diffuses by {spread:.3g} rad; "
                f"needed: a positive time step in which neither is above {_LARGEST_STEP:g}"
            )


@final
class Ensemble:
    """Replicas that go on from where they were put, each with its current and its stream of random numbers.

    field, torque: GI/(2Kv) and the torque's field over B_K at the start, and their growth per step, each of shape
    (replicas,). Nothing a replica does depends on the other ones.
    """

    def __init__(
        self,
        shared: Reduced,
        field: Array,
        torque: Array,
        seed: int | np.random.SeedSequence,
        field_growth: float = 0.0,
        torque_growth: float = 0.0,
    ) -> None:
        root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
        self.size = field.size
        # Words of a SeedSequence come in one order, so that the first replicas of a larger ensemble are the same.
        words = root.generate_state(4 * self.size, np.uint64)
        self._streams = np.array(words.reshape(self.size, 4).T, dtype=np.uint64)
        self.generator = np.random.default_rng(np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, 0)))
        self._shared = shared
        self._rows = np.zeros((kernels.ROWS, self.size))
        self._rows[kernels.FIELD], self._rows[kernels.FIELD_GROWTH] = field, field_growth
        self._rows[kernels.TORQUE], self._rows[kernels.TORQUE_GROWTH] = torque, torque_growth
        spread = np.sqrt(0.5 * shared.diffusion * shared.step)
        self._numbers = np.array([shared.step, shared.alpha, shared.applied, shared.hard, spread])
        nodes = np.linspace(-1.0, 1.0, kernels.CELLS + 1)
        self._table = np.append(np.asarray(shared.gmr.resistance(np.arccos(nodes)), dtype=float), 0.0)

    def place(self, start: Array) -> None:
        """Start at cos θ (a number or shape (replicas,)), the azimuth drawn from equilibrium, or at m (replicas, 3)."""
        moments = self._with_azimuth(np.broadcast_to(start, self.size)) if start.ndim < 2 else start
        if moments.shape != (self.size, 3) or not np.allclose(np.sum(moments**2, axis=1), 1.0, rtol=0.0, atol=1e-6):
            raise OutsideValidityError(f"start needs cos θ in [-1, 1] or unit vectors, of {self.size} replicas")
        self._rows[:3] = (moments / np.linalg.norm(moments, axis=1, keepdims=True)).T

    def _with_azimuth(self, cosines: Array) -> Array:
        sine = np.sqrt(np.maximum(1.0 - cosines**2, 0.0))
        # e^{−2a cos²φ}: von Mises in 2φ about π; at 0 K any azimuth
        steepness = 0.5 * self._shared.hard / self._shared.temperature * sine**2 if self._shared.temperature else 0.0
        # One stream each, so that the first replicas of a larger ensemble are the same.
        about, turn = self.generator.spawn(2)
        azimuth = 0.5 * about.vonmises(np.pi, steepness, self.size) + np.pi * (turn.random(self.size) < 0.5)
        return np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosines], axis=1)

    def record(self, samples: int, every: int, threads: int, components: slice) -> Array:
        """Components of m, shape (replicas, samples, components), `every` steps apart."""
        kept = np.empty((self.size, samples, components.stop - components.start))

        def go_on(members: npt.NDArray[np.intp], work: Array, streams: npt.NDArray[np.uint64]) -> None:
            piece = np.empty((min(_SLICE, samples), 3, kernels.BLOCK))
            for first in range(0, samples, _SLICE):
                part = piece[: samples - first]
                kernels.record((work, streams), self._table, self._numbers, first * every, every, part)
                ordered = part[:, components, : members.size].transpose(2, 0, 1)
                kept[members, first : first + part.shape[0]] = ordered

        self._each_block(np.arange(self.size), go_on, threads)
        return kept

    def arrivals(self, sides: Array, edges: Sequence[float], most: int, steps: int, threads: int) -> Array:
        """After how many steps a replica reached the other side, shape (replicas, most), nan where it did not.

        sides: where each is, 1 for P and −1 for AP; edges: the cos θ above which P begins and below which AP. It
        ends when every replica has `most` arrivals, or after `steps`.
        """
        k = kernels
        self._rows[k.SIDE] = sides
        self._rows[k.EDGE] = np.where(sides > 0.0, edges[1], -edges[0])
        counts, times = np.zeros(self.size, np.int64), np.full((self.size, most), np.nan)
        bounds = np.array(edges, dtype=float)
        for start in range(0, steps, _CHUNK):
            going = np.flatnonzero(counts < most)
            if not going.size:
                break
            length = min(_CHUNK, steps - start)

            def go_on(
                members: npt.NDArray[np.intp],
                work: Array,
                streams: npt.NDArray[np.uint64],
                start: int = start,
                length: int = length,
            ) -> None:
                seen, when = np.zeros(k.BLOCK, np.int64), np.full((k.BLOCK, most), np.nan)
                seen[: members.size], when[: members.size] = counts[members], times[members]
                k.follow((work, streams), self._table, self._numbers, start, length, (bounds, seen, when))
                counts[members], times[members] = seen[: members.size], when[: members.size]

            self._each_block(going, go_on, threads)
        return times

    def _each_block(
        self,
        members: npt.NDArray[np.intp],
        go_on: Callable[[npt.NDArray[np.intp], Array, npt.NDArray[np.uint64]], None],
        threads: int,
    ) -> None:
        """Call `go_on` for 64 replicas at a time with their rows and streams, which it changes."""
        block = kernels.BLOCK
        parts = [members[i : i + block] for i in range(0, members.size, block)]

        def go(part: npt.NDArray[np.intp]) -> None:
            filled = np.pad(part, (0, block - part.size), mode="edge")  # copies whose results are dropped
            work, streams = self._rows[:, filled].ravel(), self._streams[:, filled].ravel()
            go_on(part, work, streams)
            self._rows[:, part] = work.reshape(-1, block)[:, : part.size]
            self._streams[:, part] = streams.reshape(-1, block)[:, : part.size]

        if threads == 1:
            for part in parts:
                go(part)
            return
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(go, parts))
