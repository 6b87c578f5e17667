"""Whether a loss reaches the weights, and whether its gradient is its true slope: asked before a training, and of every new loss."""
