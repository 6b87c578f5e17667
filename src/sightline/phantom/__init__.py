"""How the phantom is drawn. Everything is given in units of the image side, so that one scene can be drawn at any size."""
