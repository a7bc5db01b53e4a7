"""What a message names: its test asks for the file, the line, the key and the numbers, not for its wording."""

from __future__ import annotations

import re


def unnamed(message: str, *things: object) -> list[str]:
    """The things that a message does not name; a test asserts that there are none.

    A thing is named where it stands on its own: "line 1" is not named by "line 12", nor 5 by "2.5".

    Parameters:
        message: what the program said.
        things: names, values and places, written as the message must write them.

    Returns:
        Those that are missing, in the order given.
    """
    return [word for word in map(str, things) if not re.search(rf"(?<![\w.]){re.escape(word)}(?!\w|\.\d)", message)]
