"""Data sets, one file each: from the files as their owners distribute them to records."""
