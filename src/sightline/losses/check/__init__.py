"""Checks that a loss reaches the weights and that its gradient is right, made before a training and for every new loss."""
