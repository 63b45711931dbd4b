"""食品安全指数: quarterly, by a rule that is data; places with the range that hangs on weights and method."""
