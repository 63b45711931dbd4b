"""评价细则: whether one may be published."""
