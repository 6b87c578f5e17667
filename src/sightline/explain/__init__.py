"""How people see it: maps on pictures, panels, figures."""
