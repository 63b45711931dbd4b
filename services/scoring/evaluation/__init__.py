"""Calculating a scheme: scores with every step, totals, gates and the grade. Pure."""
