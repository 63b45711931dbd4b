"""现场核查: towns and units drawn at random, visits open and hidden, and what they bring to the site stage."""
