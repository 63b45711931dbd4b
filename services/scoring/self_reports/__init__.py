"""自评报告: written from a template whose every number is a reading with a note that opens its rows."""
