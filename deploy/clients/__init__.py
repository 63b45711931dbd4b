"""Clients of the interface for other people's programs, generated from the bundled document; never committed."""
