"""What a fitted model says of customers with a history, whichever model it is."""

from types import ModuleType

import numpy as np
import numpy.typing as npt

from regard.analytics.value import bgbb, bgnbd, paretonbd
from regard.analytics.value.likelihood import Fit

MODELS: dict[str, ModuleType] = {"BG/NBD": bgnbd, "MBG/NBD": bgnbd, "Pareto/NBD": paretonbd, "BG/BB": bgbb}


def model_of(fit: Fit) -> ModuleType:
    """The module that knows a purchase model, or ValueError for a model that says nothing of purchases."""
    if fit.model not in MODELS:
        raise ValueError(f"{fit.model} says nothing of purchases to come")
    return MODELS[fit.model]


def probability_alive(
    fit: Fit, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Chance that each customer is still one, given what they did.

    Parameters
    ----------
    fit : Fit
        BG/NBD, MBG/NBD, Pareto/NBD or BG/BB.
    frequency, recency, T : array_like of shape (n,)
        History in the unit the model was fitted in.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1. Under BG/NBD a customer without a repeat purchase is alive for certain: that model lets
        nobody leave before. For BG/BB it is the chance to be alive at the next occasion.

    Raises
    ------
    ValueError
        If the model says nothing of purchases.

    Examples
    --------
    >>> from regard.analytics.value.bgnbd import fit_bgnbd
    >>> fit = fit_bgnbd([0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], weight=[70, 9, 6, 5, 8])
    >>> bool(probability_alive(fit, [5], [30], [31])[0] > probability_alive(fit, [5], [30], [60])[0])
    True
    """
    return np.asarray(model_of(fit).probability_alive(fit, frequency, recency, T))


def expected_purchases(
    fit: Fit, t: float, frequency: npt.ArrayLike, recency: npt.ArrayLike, T: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Purchases to expect of each customer in the time ahead, given what they did.

    Parameters
    ----------
    fit : Fit
        BG/NBD, MBG/NBD, Pareto/NBD or BG/BB.
    t : float
        Length of the time ahead in the unit of T; for BG/BB a number of occasions.
    frequency, recency, T : array_like of shape (n,)
        History in the unit the model was fitted in.

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    ValueError
        If the model says nothing of purchases.

    Examples
    --------
    >>> from regard.analytics.value.bgnbd import fit_bgnbd
    >>> fit = fit_bgnbd([0, 1, 2, 5, 3], [0, 10, 20, 30, 12], [30, 35, 40, 38, 39], weight=[70, 9, 6, 5, 8])
    >>> ahead = expected_purchases(fit, 10.0, [0, 5], [0, 30], [30, 38])
    >>> bool(ahead[1] > ahead[0])
    True
    """
    return np.asarray(model_of(fit).expected_purchases(fit, t, frequency, recency, T))
