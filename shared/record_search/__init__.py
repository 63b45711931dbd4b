"""Records found by a name or number, whatever kind they are: each unit says which of its kinds can be found."""
