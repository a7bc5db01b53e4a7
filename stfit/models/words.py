"""What a law says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True)
class Words:
    """The words of a law, for reports, comparisons, messages and drafted files.

    Parameters
    ----------
    short : str
        What it says, for a table of rivals.
    offer : str
        What its name means, as a remark beside `barrier` in a drafted analysis file.
    equation : mapping of str to str
        The sentence that states it, by the name of the convention.
    asymmetries : mapping of str to str
        The sentence of the assumption that each asymmetry of the law is, by its name.
    rates : str
        The sentence that says which rates it takes.
    measured_current : str
        What a critical current measured in a time is: {time} stands for the time or a range of times, {t} for it or t.
    limits : str
        Where it ends, as the end of a sentence on the rows of a fit; "" for a law that knows every setting.
    """

    short: str
    offer: str = ""
    equation: Mapping[str, str] = field(default_factory=dict)
    asymmetries: Mapping[str, str] = field(default_factory=dict)
    rates: str = ""
    measured_current: str = ""
    limits: str = ""
