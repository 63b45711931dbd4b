"""评价计分: what people state at each stage, and the scores that come of it, stage beside stage."""
