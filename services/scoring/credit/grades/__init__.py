"""信用风险分级: points accounts of businesses, and the grade A to D that follows from them."""
