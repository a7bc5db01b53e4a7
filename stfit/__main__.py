"""`python -m stfit`."""

from stfit.cli import main

main()
