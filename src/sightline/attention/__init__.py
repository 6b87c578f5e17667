"""How a classifier says where it looks: one file per attention source."""
