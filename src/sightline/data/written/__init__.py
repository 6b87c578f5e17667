"""Records as the files of annotation tools: one file per format. The readers of the same formats lie in `data/sets/`."""
