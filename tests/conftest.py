"""What all tests share: one thread of linear algebra a process, and no example of hypothesis is timed."""

from __future__ import annotations

import os

from hypothesis import settings

# The matrices here are small and every core has its own worker: more threads would only wait for each other, which
# took up to ten times the work itself. Read when NumPy is first imported; subprocesses inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("untimed", deadline=None)  # the machines that tests run on are not alike
settings.load_profile("untimed")
