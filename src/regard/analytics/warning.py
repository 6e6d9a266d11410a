"""Warnings for numbers that can be computed and still should not be trusted."""


class StatisticalWarning(RuntimeWarning):
    """The data do not carry this figure well: say so where it is shown."""


class ConvergenceWarning(StatisticalWarning):
    """A search ended before it was sure."""
