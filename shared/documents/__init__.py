"""Documents that are printed and signed: pages of A4 with an embedded Chinese font."""
