"""How it is told where to look: one file per loss, and how they are weighed against each other."""
