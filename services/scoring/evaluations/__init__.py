"""评价创建: one jurisdiction's run of a published scheme through its stages."""
