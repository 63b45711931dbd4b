"""The language in which a scheme calculates: arithmetic, comparison and logic over named inputs, nothing else."""
