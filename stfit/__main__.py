"""The process of the command line: what a signal does to it, from its first import to its end.

Nothing but the standard library is imported here, so that Ctrl-C is answered while everything else still loads.
"""

from __future__ import annotations

import os
import signal
from types import FrameType

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(BaseException):
    """A signal asked this process to end: files are left whole and workers are ended on the way out."""


class _Signals:
    """The signal that has come, if any. The first lets the work end in order, the second ends it at once."""

    def __init__(self) -> None:
        self.came = 0
        self.loaded = False

    def take(self, number: int, _frame: FrameType | None) -> None:
        first, self.came = not self.came, number
        if first and self.loaded:
            raise Interrupted
        self.end()

    def end(self, *remarks: str) -> None:
        """Say so in one line, and end with the status of this interruption."""
        line = "; ".join([f"stfit: interrupted ({signal.Signals(self.came).name})", *remarks])
        os.write(2, f"{line}\n".encode())
        os._exit(128 + self.came)  # nothing waits for the rest of an import or a library


def main() -> None:
    """Run the command line and end the process with its exit status, 128 + its number where a signal ended it."""
    signals = _Signals()
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, signals.take)
    # takes a tenth of a second, in which a signal may come
    from stfit.cli import environment
    from stfit.cli import main as run  # likewise

    signals.loaded = True
    try:
        environment.settle()
        run()
    except BaseException as error:
        if signals.came:  # whatever a library made of it
            signals.end(*getattr(error, "__notes__", ()))
        raise
    finally:
        for number in _SIGNALS:  # all is written: what comes now must not change the status
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
