"""Changes that leave the outer form whole: a value of a JSON document, a member of an archive, a line of TOML."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 1, 2, 10**400, 1e308, -1e308, 5e-324, 0.1, "", "x", "nan", "[x](y) $z$", [], {}, [None], [[]]),
    *(["x"], {"x": None}, [1.0, 2.0], [2.0, 1.0], "\u202e\x1b[2J", "P", "AP", "1 mA", "295 K"),
)
_WORDS: Final = ('""', "[]", "{}", "nan", "-inf", "1e400", "-1", "0", "true", "9" * 30, '"1 mA"', '"0 K"', '"1 ± 2"')


def json_document(data: bytes, rng: random.Random) -> bytes:
    """A JSON document with one value changed, doubled, or gone."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return b""
    places = [(holder, key) for holder, key in _places(content)]
    if not places:
        return b""
    holder, key = rng.choice(places)
    change = rng.randrange(4)
    if change == 0:
        del holder[key]
    elif change == 1 and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif change == 2:
        other, place = rng.choice(places)
        holder[key] = json.loads(json.dumps(other[place])) if _there(other, place) else None
    else:
        holder[key] = rng.choice(_VALUES)
    try:
        return json.dumps(content).encode()
    except (ValueError, RecursionError):  # a number with too many digits, or a document in itself
        return b""


def _there(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)


def _places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a document by what holds it and its key."""
    keys = list(content) if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in keys:
        yield content, key
        yield from _places(content[key])


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
