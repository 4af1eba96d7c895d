"""`python -m avion_lint`."""

from avion_lint.cli import main

main()
