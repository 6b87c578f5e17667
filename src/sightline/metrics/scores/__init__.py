"""Scores: how good the decisions are, and how well maps agree with regions."""
