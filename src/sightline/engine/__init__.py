"""Training, run folders and scoring."""
