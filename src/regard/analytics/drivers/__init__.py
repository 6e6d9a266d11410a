"""Which parts of an experience carry the whole: importance of drivers, with intervals."""
