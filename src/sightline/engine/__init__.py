"""How it learns, and what is left on disk: training, run folders, scoring."""
