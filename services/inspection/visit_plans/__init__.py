"""The week's visits: everything that is due at one place in one visit, within what the officers can do."""
