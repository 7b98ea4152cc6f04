"""`python -m discreet`: the command line."""

from discreet.project.cli import main

main()
