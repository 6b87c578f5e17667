"""The figures of the five papers, each a function of runs: one idea per file, listed in the catalogue's room `figure`."""
