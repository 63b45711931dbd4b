"""帮助: the guides, served by the platform itself, so that they fit what runs and need no network."""
