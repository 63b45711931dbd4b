"""试算: calculating a scheme that is sent along, without keeping anything."""
