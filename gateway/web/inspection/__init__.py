"""Pages of supervision: businesses, the grid, visits, corrections, grades, draws and what the public reads."""
