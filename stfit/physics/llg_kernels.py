"""Steps of many macrospins at once, compiled by numba (import this module where it is needed only).

64 replicas go through their steps together, each quantity of all of them a row of one work array, so that the compiler
takes several replicas in one instruction; no loop over replicas branches or calls a library. Every replica draws from
a stream of its own and does the same arithmetic in whatever company: no result depends on blocks or threads.

Time is counted in steps, the time step h in 1/(Γ B_K/(1+α²)) with B_K = 2K/M_s, fields in B_K. A step is a drift half,
a thermal kick, a drift half (two halves that meet are taken as one): of second order in h for deterministic motion
and for averages over the noise. All three turn m by a rotation, so that |m| = 1 holds and the noise, which enters as
the rotation of a moment, has the meaning of Stratonovich.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.physics.compiled import compiled

Array = npt.NDArray[np.float64]

BLOCK: Final = 64  # replicas that go together
CELLS: Final = 4096  # of the table of r over cos θ: a line between nodes leaves |r''|/8·(2/4096)² of r
# rows of a block: m; spin-injection field and torque, at step 0 and per step; the side last taken (1 P, −1 AP) and the
# cos θ, times it, below which the other side is; then room: cos θ before a drift, r, m at half a drift
X, Y, Z, FIELD, FIELD_GROWTH, TORQUE, TORQUE_GROWTH, SIDE, EDGE, BEFORE, R, MID_X, MID_Y, MID_Z = range(14)
ROWS: Final = 14
# what all replicas share
STEP, ALPHA, APPLIED, HARD, SPREAD = range(5)
_NEAR_POLE = 1e-16  # sin²θ below which the azimuth has no meaning
_ONE = np.uint64(1023 << 52)  # the bits of 1.0
_FRACTION = np.uint64((1 << 52) - 1)
_WHOLE = np.uint64(0x4330000000000000)  # the bits of 2^52: an integer in its fraction is that many units
_SQRT_2, _LN_2 = math.sqrt(2.0), math.log(2.0)
_SIN = tuple((-1.0) ** k * (math.pi / 4) ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(7))
_COS = tuple((-1.0) ** k * (math.pi / 4) ** (2 * k) / math.factorial(2 * k) for k in range(8))
_R12, _R17, _R19, _R23, _R41, _R45, _R52, _R62, _R63 = (np.uint64(n) for n in (12, 17, 19, 23, 41, 45, 52, 62, 63))
_compiled = compiled("contract", error_model="numpy")


@_compiled
def _draw(streams: Any, raw: Any) -> None:
    """64 random bits for each replica: xoshiro256++ of Blackman and Vigna, doi:10.1145/3460772.

    streams: uint64, shape (4·64,), changed in place; raw: uint64, shape (64,).
    """
    for j in range(BLOCK):
        a, b, c, d = streams[j], streams[BLOCK + j], streams[2 * BLOCK + j], streams[3 * BLOCK + j]
        total = a + d
        raw[j] = ((total << _R23) | (total >> _R41)) + a
        shifted = b << _R17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        streams[j] = a
        streams[BLOCK + j] = b
        streams[2 * BLOCK + j] = c
        streams[3 * BLOCK + j] = (d << _R45) | (d >> _R19)


@_compiled
def _radii(raw: Any, bits: Any, room: Array) -> None:
    """√(−2 ln u), u uniform in (0, 1] in steps of 2^-52, into the first row of `room` (whose memory `bits` shares)."""
    for j in range(BLOCK):
        bits[j] = (raw[j] >> _R12) | _ONE
    for j in range(BLOCK):
        room[BLOCK + j] = 2.0 - room[j]
    for j in range(BLOCK):
        bits[2 * BLOCK + j] = (bits[BLOCK + j] >> _R52) | _WHOLE
        bits[BLOCK + j] = (bits[BLOCK + j] & _FRACTION) | _ONE
    for j in range(BLOCK):
        power = room[2 * BLOCK + j] - (2.0**52 + 1023.0)
        fraction = room[BLOCK + j]
        large = fraction > _SQRT_2
        fraction = 0.5 * fraction if large else fraction
        power = power + 1.0 if large else power
        s = (fraction - 1.0) / (fraction + 1.0)  # |s| < 0.172: nine terms of ln = 2 artanh s leave 1e-15
        w = s * s
        p = (1 / 15 + w * (1 / 17)) * w + 1 / 13
        p = ((p * w + 1 / 11) * w + 1 / 9) * w + 1 / 7
        p = ((p * w + 1 / 5) * w + 1 / 3) * w + 1.0
        room[j] = math.sqrt(-2.0 * (power * _LN_2 + 2.0 * s * p))


@_compiled
def _normals(streams: Any, raw: Any, bits: Any, room: Array) -> None:
    """Two independent standard normal numbers a replica (Box and Muller 1958), into the first rows of `room`.

    The angle: 52 bits for one within ±45°, two more for the quarter circle.
    """
    _draw(streams, raw)
    _radii(raw, bits, room)
    _draw(streams, raw)
    for j in range(BLOCK):
        q = raw[j]
        bits[BLOCK + j] = (q >> _R12) | _ONE
        bits[2 * BLOCK + j] = ((q & np.uint64(1)) << _R63) | _ONE
        bits[3 * BLOCK + j] = ((q & np.uint64(2)) << _R62) | _ONE
    for j in range(BLOCK):
        v = 2.0 * room[BLOCK + j] - 3.0
        w = v * v
        sine = ((_SIN[6] * w + _SIN[5]) * w + _SIN[4]) * w + _SIN[3]
        sine = (((sine * w + _SIN[2]) * w + _SIN[1]) * w + _SIN[0]) * v
        cosine = ((_COS[7] * w + _COS[6]) * w + _COS[5]) * w + _COS[4]
        cosine = (((cosine * w + _COS[3]) * w + _COS[2]) * w + _COS[1]) * w + _COS[0]
        radius = room[j] * room[2 * BLOCK + j]
        turned = room[3 * BLOCK + j] < 0.0
        room[j] = radius * (-sine if turned else cosine)
        room[BLOCK + j] = radius * (cosine if turned else sine)


@_compiled
def _kick(work: Array, room: Array, spread: float) -> None:
    """Brownian motion on the sphere for one step, from two normal numbers a replica; spread = √(D h/2).

    A kick by the angle ψ in any direction. With s = sin²(ψ/2) all spherical harmonics decay as e^{−l(l+1)Dh} to second
    order if ⟨s⟩ = Dh − (Dh)² and ⟨s²⟩ = 2(Dh)²: so tan²(ψ/2) = y(1 + y/4)², y the square of a normal vector.
    """
    for j in range(BLOCK):
        x, y, z = work[X * BLOCK + j], work[Y * BLOCK + j], work[Z * BLOCK + j]
        a, b = spread * room[j], spread * room[BLOCK + j]
        square = a * a + b * b
        stretch = 1.0 + 0.25 * square
        a *= stretch
        b *= stretch
        square *= stretch * stretch
        # Two unit vectors normal to m, without a branch: Duff et al., J. Comput. Graph. Tech. 6 (2017) 1.
        sign = math.copysign(1.0, z)
        p = -1.0 / (sign + z)
        q = x * y * p
        tx = a * (1.0 + sign * x * x * p) + b * q
        ty = a * sign * q + b * (sign + y * y * p)
        tz = -a * sign * x - b * y
        scale = 1.0 / (1.0 + square)
        scale *= 1.5 - 0.5 * (x * x + y * y + z * z)  # what rounding has done to |m| is undone
        work[X * BLOCK + j] = scale * ((1.0 - square) * x + 2.0 * tx)
        work[Y * BLOCK + j] = scale * ((1.0 - square) * y + 2.0 * ty)
        work[Z * BLOCK + j] = scale * ((1.0 - square) * z + 2.0 * tz)


@_compiled
def _look_up(work: Array, row: int, table: Array) -> None:
    """r at the cos θ of a row."""
    for j in range(BLOCK):
        place = (work[row * BLOCK + j] + 1.0) * (0.5 * CELLS)
        cell = int(place)
        below = table[cell]
        work[R * BLOCK + j] = below + (place - cell) * (table[cell + 1] - below)


@_compiled
def _turn(x: float, y: float, z: float, injection: float, torque: float, shared: Any) -> Any:
    """Angular velocity Ω of the drift dm/dt = Ω × m, Ω = B + α m × B, in Γ B_K/(1+α²).

    injection: r GI/(2Kv); torque: its field over B_K. B is cos θ + h + injection/sin θ along the axis and −κ m_x
    across it; the torque adds its field times m × z.
    """
    alpha, applied, hard = shared
    along = z + applied + injection / math.sqrt(max(x * x + y * y, _NEAR_POLE))
    across = -hard * x
    pull = alpha * along + torque
    return across + y * pull, alpha * z * across - x * pull, along - alpha * (y * across + torque)


@_compiled
def _rotated(moment: Any, velocity: Any, time: float) -> Any:
    """The moment turned by the angle |Ω|·time about Ω, to fifth order in it, by the rational form of a rotation."""
    x, y, z = moment
    ox, oy, oz = velocity
    angle = time * time * (ox * ox + oy * oy + oz * oz)
    half = time * (0.5 + angle * (1 / 24))
    ox *= half
    oy *= half
    oz *= half
    square = ox * ox + oy * oy + oz * oz
    dot = 2.0 * (ox * x + oy * y + oz * z)
    scale, rest = 1.0 / (1.0 + square), 1.0 - square
    return (
        scale * (rest * x + dot * ox + 2.0 * (oy * z - oz * y)),
        scale * (rest * y + dot * oy + 2.0 * (oz * x - ox * z)),
        scale * (rest * z + dot * oz + 2.0 * (ox * y - oy * x)),
    )


@_compiled
def _drift(work: Array, table: Array, shared: Array, step: float, length: float) -> None:
    """Motion without noise from `step` on (counted in steps), for `length` steps: the midpoint rule for rotations."""
    time, middle = length * shared[STEP], step + 0.5 * length
    common = (shared[ALPHA], shared[APPLIED], shared[HARD])
    _look_up(work, Z, table)
    for j in range(BLOCK):
        x, y, z = work[X * BLOCK + j], work[Y * BLOCK + j], work[Z * BLOCK + j]
        injection = work[R * BLOCK + j] * (work[FIELD * BLOCK + j] + work[FIELD_GROWTH * BLOCK + j] * step)
        torque = work[TORQUE * BLOCK + j] + work[TORQUE_GROWTH * BLOCK + j] * step
        mx, my, mz = _rotated((x, y, z), _turn(x, y, z, injection, torque, common), 0.5 * time)
        work[MID_X * BLOCK + j] = mx
        work[MID_Y * BLOCK + j] = my
        work[MID_Z * BLOCK + j] = mz
    _look_up(work, MID_Z, table)
    for j in range(BLOCK):
        x, y, z = work[X * BLOCK + j], work[Y * BLOCK + j], work[Z * BLOCK + j]
        mx, my, mz = work[MID_X * BLOCK + j], work[MID_Y * BLOCK + j], work[MID_Z * BLOCK + j]
        injection = work[R * BLOCK + j] * (work[FIELD * BLOCK + j] + work[FIELD_GROWTH * BLOCK + j] * middle)
        torque = work[TORQUE * BLOCK + j] + work[TORQUE_GROWTH * BLOCK + j] * middle
        mx, my, mz = _rotated((x, y, z), _turn(mx, my, mz, injection, torque, common), time)
        work[X * BLOCK + j] = mx
        work[Y * BLOCK + j] = my
        work[Z * BLOCK + j] = mz


@_compiled
def _jolt(work: Array, streams: Any, raw: Any, room: Array, spread: float) -> None:
    _normals(streams, raw, room.view(np.uint64), room)
    _kick(work, room, spread)


@_compiled
def record(block: Any, table: Array, shared: Array, start: int, every: int, samples: Array) -> None:
    """States of a block, `every` steps apart, from step `start` on.

    samples: shape (n, 3, 64), filled. block: the rows, shape (14·64,), and the random streams, uint64, shape (4·64,);
    both go on in place. table: r at CELLS + 1 values of cos θ from −1 to 1, and one more. shared: numbers in the order
    of STEP … SPREAD.
    """
    work, streams = block
    raw, room = np.empty(BLOCK, np.uint64), np.empty(4 * BLOCK)
    step = float(start)
    for i in range(samples.shape[0]):
        for k in range(every + 1):
            _drift(work, table, shared, step + max(k - 0.5, 0.0), 0.5 if k in (0, every) else 1.0)
            if k < every:
                _jolt(work, streams, raw, room, shared[SPREAD])
        step += every
        for row in range(3):
            for j in range(BLOCK):
                samples[i, row, j] = work[row * BLOCK + j]


@_compiled
def follow(block: Any, table: Array, shared: Array, start: int, steps: int, arrivals: Any) -> None:
    """Go from step `start` on, and note after which step a replica is on the side it was not on.

    Looked at is the state of `record`, half a drift after a kick.

    arrivals: the cos θ above which P begins, and below which AP; the numbers of arrivals so far, int64, shape (64,);
    their steps, shape (64, most). A replica whose row is full is noted no more. The rest as in `record`.
    """
    work, streams = block
    raw, room = np.empty(BLOCK, np.uint64), np.empty(4 * BLOCK)
    for k in range(start, start + steps):
        work[BEFORE * BLOCK : (BEFORE + 1) * BLOCK] = work[Z * BLOCK : (Z + 1) * BLOCK]
        _drift(work, table, shared, float(k), 1.0)
        if _any_arrived(work):
            _note(work, float(k), arrivals)
        _jolt(work, streams, raw, room, shared[SPREAD])


@_compiled
def _arrived(work: Array, j: int) -> bool:
    """Whether replica j, at the middle of the drift it has done, is on the other side."""
    middle = 0.5 * (work[BEFORE * BLOCK + j] + work[Z * BLOCK + j])
    return bool(work[SIDE * BLOCK + j] * middle < work[EDGE * BLOCK + j])


@_compiled
def _any_arrived(work: Array) -> bool:
    found = False
    for j in range(BLOCK):
        found |= _arrived(work, j)
    return found


@_compiled
def _note(work: Array, step: float, arrivals: Any) -> None:
    edges, counts, times = arrivals
    for j in range(BLOCK):
        if _arrived(work, j):
            side = work[SIDE * BLOCK + j]
            if counts[j] < times.shape[1]:
                times[j, counts[j]] = step
                counts[j] += 1
            work[SIDE * BLOCK + j] = -side
            work[EDGE * BLOCK + j] = -edges[0] if side > 0.0 else edges[1]
