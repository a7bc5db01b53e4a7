"""What all tests share: no test is timed, since the machines it runs on are not alike."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
