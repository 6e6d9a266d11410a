"""Numbers that are computed and still not to be trusted: warnings, apart from errors."""


class StatisticalWarning(UserWarning):
    """A figure stands on too little, or on an assumption the data contradict."""


class ConvergenceWarning(StatisticalWarning):
    """A fit stopped before it settled, or settled on an edge where its parameters are not identified."""
