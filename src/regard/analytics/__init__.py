"""The honest measuring library: tables in, estimates out. Usable alone, without Django.

>>> from regard import analytics as ra
>>> print(ra.wilson(81, 263).method)
wilson

Names are imported when first used, so that `import regard.analytics` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regard.analytics.comparisons import (
        Comparison,
        benjamini_hochberg,
        compare,
        compare_many,
        sample_size_mean,
        sample_size_nps,
        sample_size_share,
        smallest_detectable_change,
    )
    from regard.analytics.customers.active import active_customers
    from regard.analytics.customers.churn_rate import churn_rate
    from regard.analytics.customers.complaints import complaint_rate
    from regard.analytics.customers.concentration import top_share
    from regard.analytics.customers.late_delivery import late_delivery_rate
    from regard.analytics.customers.repeat_purchase import mark_repeats, repeat_purchase
    from regard.analytics.effects.aipw import Effect, Overlap, average_effect
    from regard.analytics.effects.cuped import Adjusted, cuped
    from regard.analytics.effects.difference import Difference, difference_in_differences
    from regard.analytics.effects.holdout import prove_with_holdout, share_difference
    from regard.analytics.effects.interrupted import Interruption, interrupted_series
    from regard.analytics.effects.registration import (
        Proof,
        Registration,
        judge,
        power_two_groups,
        register,
        sample_size_two_groups,
    )
    from regard.analytics.effects.value_at_risk import PainPoint, Ranking, rank_pain_points, value_at_risk
    from regard.analytics.estimate import Estimate, Estimates
    from regard.analytics.feedback.ces import ces, ces_easy_share
    from regard.analytics.feedback.csat import csat
    from regard.analytics.feedback.csi import csi
    from regard.analytics.feedback.nps import nps, nps_counts
    from regard.analytics.feedback.response_rate import response_rate
    from regard.analytics.intervals import (
        adjusted_wald_nps,
        bootstrap,
        kish_n,
        poisson_total,
        ratio_of_sums,
        t_mean,
        wilson,
    )
    from regard.analytics.shares import mean, share, total
    from regard.analytics.warnings import ConvergenceWarning, StatisticalWarning

_HOMES = {
    "comparisons": (
        "Comparison", "benjamini_hochberg", "compare", "compare_many", "sample_size_mean", "sample_size_nps",
        "sample_size_share", "smallest_detectable_change",
    ),
    "customers.active": ("active_customers",),
    "customers.churn_rate": ("churn_rate",),
    "customers.complaints": ("complaint_rate",),
    "customers.concentration": ("top_share",),
    "customers.late_delivery": ("late_delivery_rate",),
    "customers.repeat_purchase": ("mark_repeats", "repeat_purchase"),
    "effects.aipw": ("Effect", "Overlap", "average_effect",),
    "effects.cuped": ("Adjusted", "cuped",),
    "effects.difference": ("Difference", "difference_in_differences",),
    "effects.holdout": ("prove_with_holdout", "share_difference",),
    "effects.interrupted": ("Interruption", "interrupted_series",),
    "effects.registration": (
        "Proof", "Registration", "judge", "power_two_groups", "register", "sample_size_two_groups",
    ),
    "effects.value_at_risk": ("PainPoint", "Ranking", "rank_pain_points", "value_at_risk",),
    "estimate": ("Estimate", "Estimates"),
    "feedback.ces": ("ces", "ces_easy_share"),
    "feedback.csat": ("csat",),
    "feedback.csi": ("csi",),
    "feedback.nps": ("nps", "nps_counts"),
    "feedback.response_rate": ("response_rate",),
    "intervals": (
        "adjusted_wald_nps", "bootstrap", "kish_n", "poisson_total", "ratio_of_sums", "t_mean", "wilson",
    ),
    "shares": ("mean", "share", "total"),
    "warnings": ("ConvergenceWarning", "StatisticalWarning"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Adjusted",
    "Comparison",
    "ConvergenceWarning",
    "Difference",
    "Effect",
    "Estimate",
    "Estimates",
    "Interruption",
    "Overlap",
    "PainPoint",
    "Proof",
    "Ranking",
    "Registration",
    "StatisticalWarning",
    "active_customers",
    "adjusted_wald_nps",
    "average_effect",
    "benjamini_hochberg",
    "bootstrap",
    "ces",
    "ces_easy_share",
    "churn_rate",
    "compare",
    "compare_many",
    "complaint_rate",
    "csat",
    "csi",
    "cuped",
    "difference_in_differences",
    "interrupted_series",
    "judge",
    "kish_n",
    "late_delivery_rate",
    "mark_repeats",
    "mean",
    "nps",
    "nps_counts",
    "poisson_total",
    "power_two_groups",
    "prove_with_holdout",
    "rank_pain_points",
    "ratio_of_sums",
    "register",
    "repeat_purchase",
    "response_rate",
    "sample_size_mean",
    "sample_size_nps",
    "sample_size_share",
    "sample_size_two_groups",
    "share",
    "share_difference",
    "smallest_detectable_change",
    "t_mean",
    "top_share",
    "total",
    "value_at_risk",
    "wilson",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
