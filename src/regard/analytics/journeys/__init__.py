"""How customers move: what follows what, how long it takes, where they are handed over, and where they are lost."""
