"""Which business is a stall of which market, as the register of businesses (一户一档) has it."""
