"""评价细则: evaluation schemes as versioned data."""
