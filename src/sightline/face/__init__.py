"""The verbs as functions of `sl`."""
