"""`python -m meshport`."""

from meshport.cli import main

main()
