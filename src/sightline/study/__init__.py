"""Many trainings, one answer: arms, seeds and settings, trained side by side and judged together."""
