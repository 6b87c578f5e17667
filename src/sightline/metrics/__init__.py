"""How well it did, and how surely."""
