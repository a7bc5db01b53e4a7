"""Changes that leave the outer form whole: a value of a JSON document, a member of an archive, a line of TOML."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from tests.hostile.stored import mutant, text_of

_WORDS: Final = ('""', "[]", "{}", "nan", "-inf", "1e400", "-1", "0", "true", "9" * 30, '"1 mA"', '"0 K"', '"1 ± 2"')


def json_document(data: bytes, rng: random.Random) -> bytes:
    """A JSON document of which one to three values are others, twice there, or gone."""
    try:
        content = json.loads(data)
        return text_of(mutant(content, np.random.default_rng(rng.getrandbits(32))).document).encode()
    except (ValueError, RecursionError, TypeError, LookupError):  # no document, or one that holds nothing to change
        return b""


def archive(data: bytes, rng: random.Random) -> bytes:
    """A ZIP archive of which one member has other bytes, and a sum that agrees with them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as there:
            members = {name: there.read(name) for name in there.namelist()[:50]}
    except Exception:  # noqa: BLE001 - what is no archive is changed by its bytes
        return b""
    if not members:
        return b""
    name = rng.choice(list(members))
    content = bytearray(members[name])
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(content) + 1)
        change = rng.randrange(3)
        if change == 0 and at < len(content):
            content[at] = rng.randrange(256)
        elif change == 1:
            del content[at : at + rng.randrange(1, 16)]
        else:
            content[at:at] = content[at : at + rng.randrange(1, 16)] or b"0"
    members[name] = bytes(content)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        for member, held in members.items():
            written.writestr(member, held)
    return stream.getvalue()


def lines(data: bytes, rng: random.Random) -> bytes:
    """A text with a line gone, doubled or moved, or a value behind an equals sign replaced."""
    rows = data.split(b"\n")
    at, to = rng.randrange(len(rows)), rng.randrange(len(rows))
    change = rng.randrange(4)
    if change == 0:
        del rows[at]
    elif change == 1:
        rows.insert(to, rows[at])
    elif change == 2:
        rows[at], rows[to] = rows[to], rows[at]
    else:
        key, equals, _ = rows[at].partition(b"=")
        rows[at] = key + equals + b" " + rng.choice(_WORDS).encode()
    return b"\n".join(rows)


MUTATORS: Final[Mapping[str, Callable[[bytes, random.Random], bytes]]] = {
    ".json": json_document,
    ".toml": lines,
    ".npz": archive,
    ".xlsx": archive,
}
