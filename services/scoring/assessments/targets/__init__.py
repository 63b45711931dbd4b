"""规划目标: what a plan promises by when, what was reached, and where the course leads."""
