"""双随机一公开: draws of businesses and inspectors that anybody can calculate again."""
