"""`python -m sightline.cli`."""

from sightline.cli import main

main()
