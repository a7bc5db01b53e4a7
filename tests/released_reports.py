"""The released reports, one for each example dataset, remade by one command from the root of the repository.

python -m tests.released_reports
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DATASETS: Final = tuple(sorted(path.parent.name for path in (ROOT / "datasets").glob("*/analysis.toml")))
_RELEASED: Final = "1795651200"  # 2026-11-26: written as the date of the reports


def remake() -> None:
    """Fit every example dataset as a user would, into reports/released/."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", _RELEASED)
    os.chdir(ROOT)
    from stfit.cli import main

    for name in DATASETS:
        out = f"reports/released/{name}"
        sys.argv = ["stfit", "fit", f"datasets/{name}/analysis.toml", "--quiet", "--force", "--out", out]
        try:
            main()
        except SystemExit as end:
            if end.code:
                raise


if __name__ == "__main__":
    remake()
