"""The honest measuring library: tables in, estimates out. Usable alone, without Django.

>>> from regard import analytics as ra
>>> print(ra.wilson(81, 263).method)
wilson

Names are imported when first used, so that `import regard.analytics` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regard.analytics.charts import plot_calibration, plot_estimates, plot_importance, plot_survival
    from regard.analytics.churn.discrimination import auc, calibration_table, lift
    from regard.analytics.churn.kaplan_meier import SurvivalCurve, kaplan_meier
    from regard.analytics.churn.leakage import Leak, find_leaks
    from regard.analytics.churn.log_rank import LogRank, log_rank
    from regard.analytics.churn.model import ChurnModel, fit_churn_model
    from regard.analytics.churn.reasons import LeavingReasons, leaving_reasons
    from regard.analytics.churn.retention import cohort_retention, retention_curve
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
    from regard.analytics.customers.lorenz import gini, lorenz_curve
    from regard.analytics.customers.opening_hours import OpeningHours
    from regard.analytics.customers.repeat_purchase import mark_repeats, repeat_purchase
    from regard.analytics.customers.waiting_time import waiting_time
    from regard.analytics.drivers.importance_performance import (
        DriverPoint,
        ImportancePerformance,
        importance_performance,
    )
    from regard.analytics.drivers.key_drivers import KeyDrivers, key_drivers
    from regard.analytics.drivers.lmg import lmg
    from regard.analytics.drivers.proportional_odds import ProportionalOdds, proportional_odds
    from regard.analytics.drivers.relative_weights import relative_weights
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
    from regard.analytics.feedback.change_points import ChangePoint, change_points, share_change_points
    from regard.analytics.feedback.csat import csat
    from regard.analytics.feedback.csi import csi
    from regard.analytics.feedback.nps import nps, nps_counts
    from regard.analytics.feedback.response_bias import AdjustedScore, Answerers, adjust_for_response
    from regard.analytics.feedback.response_rate import response_rate
    from regard.analytics.index.focus_index import (
        FocusIndex,
        FocusPart,
        Pillar,
        ScoredPart,
        combine_scores,
        focus_index,
    )
    from regard.analytics.index.focus_questions import FocusQuestion
    from regard.analytics.index.self_assessment import AnsweredQuestion, AssessedElement, self_assessment
    from regard.analytics.intervals import (
        adjusted_wald_nps,
        bootstrap,
        kish_n,
        poisson_total,
        ratio_of_sums,
        t_mean,
        wilson,
    )
    from regard.analytics.journeys.funnel import funnel, funnel_counts
    from regard.analytics.journeys.graph import JourneyGraph, journey_edges, journey_graph, journey_steps
    from regard.analytics.journeys.handovers import handover_delay, handovers
    from regard.analytics.journeys.never_back import never_back
    from regard.analytics.journeys.removal_effect import removal_effects, transition_counts
    from regard.analytics.journeys.step_scores import step_scores
    from regard.analytics.journeys.variants import journey_variants
    from regard.analytics.shares import mean, share, total
    from regard.analytics.value.acquisition import Spending, acquisition_cost, retention_cost
    from regard.analytics.value.bgbb import fit_bgbb
    from regard.analytics.value.bgnbd import fit_bgnbd, fit_mbgnbd
    from regard.analytics.value.bgnbd_covariates import (
        expected_purchases_given,
        fit_bgnbd_covariates,
        probability_alive_given,
    )
    from regard.analytics.value.calibration import HoldoutCalibration, holdout_calibration
    from regard.analytics.value.chance import ValueInterval, simulate_value
    from regard.analytics.value.clv import LifetimeValue, lifetime_value
    from regard.analytics.value.cohorts import CohortValue, cohort_value
    from regard.analytics.value.gammagamma import fit_gammagamma
    from regard.analytics.value.history import expected_purchases, probability_alive
    from regard.analytics.value.likelihood import Fit
    from regard.analytics.value.paretonbd import fit_paretonbd
    from regard.analytics.value.retention_worth import RetentionWorth, retention_worth
    from regard.analytics.value.rfm import rfm_summary
    from regard.analytics.value.sbg import discounted_lifetime, fit_sbg, retention, survival
    from regard.analytics.warnings import ConvergenceWarning, StatisticalWarning
    from regard.analytics.words.language import detect_languages
    from regard.analytics.words.near_duplicates import Burst, Copies, find_bursts, near_duplicates
    from regard.analytics.words.routing import Route, RoutingModel, learn_routing
    from regard.analytics.words.sentiment import SentimentModel, learn_sentiment
    from regard.analytics.words.theme_model import Assigned, Theme, ThemeModel
    from regard.analytics.words.themes import Emerging, emerging_themes, find_themes

_HOMES = {
    "charts": ("plot_calibration", "plot_estimates", "plot_importance", "plot_survival"),
    "churn.discrimination": ("auc", "calibration_table", "lift"),
    "churn.kaplan_meier": ("SurvivalCurve", "kaplan_meier"),
    "churn.leakage": ("Leak", "find_leaks"),
    "churn.log_rank": ("LogRank", "log_rank"),
    "churn.model": ("ChurnModel", "fit_churn_model"),
    "churn.reasons": ("LeavingReasons", "leaving_reasons"),
    "churn.retention": ("cohort_retention", "retention_curve"),
    "comparisons": (
        "Comparison", "benjamini_hochberg", "compare", "compare_many", "sample_size_mean",
        "sample_size_nps", "sample_size_share", "smallest_detectable_change",
    ),
    "customers.active": ("active_customers",),
    "customers.churn_rate": ("churn_rate",),
    "customers.complaints": ("complaint_rate",),
    "customers.concentration": ("top_share",),
    "customers.late_delivery": ("late_delivery_rate",),
    "customers.lorenz": ("gini", "lorenz_curve"),
    "customers.opening_hours": ("OpeningHours",),
    "customers.repeat_purchase": ("mark_repeats", "repeat_purchase"),
    "customers.waiting_time": ("waiting_time",),
    "drivers.importance_performance": ("DriverPoint", "ImportancePerformance", "importance_performance"),
    "drivers.key_drivers": ("KeyDrivers", "key_drivers"),
    "drivers.lmg": ("lmg",),
    "drivers.proportional_odds": ("ProportionalOdds", "proportional_odds"),
    "drivers.relative_weights": ("relative_weights",),
    "effects.aipw": ("Effect", "Overlap", "average_effect"),
    "effects.cuped": ("Adjusted", "cuped"),
    "effects.difference": ("Difference", "difference_in_differences"),
    "effects.holdout": ("prove_with_holdout", "share_difference"),
    "effects.interrupted": ("Interruption", "interrupted_series"),
    "effects.registration": (
        "Proof", "Registration", "judge", "power_two_groups", "register", "sample_size_two_groups",
    ),
    "effects.value_at_risk": ("PainPoint", "Ranking", "rank_pain_points", "value_at_risk"),
    "estimate": ("Estimate", "Estimates"),
    "feedback.ces": ("ces", "ces_easy_share"),
    "feedback.change_points": ("ChangePoint", "change_points", "share_change_points"),
    "feedback.csat": ("csat",),
    "feedback.csi": ("csi",),
    "feedback.nps": ("nps", "nps_counts"),
    "feedback.response_bias": ("AdjustedScore", "Answerers", "adjust_for_response"),
    "feedback.response_rate": ("response_rate",),
    "index.focus_index": ("FocusIndex", "FocusPart", "Pillar", "ScoredPart", "combine_scores", "focus_index"),
    "index.focus_questions": ("FocusQuestion",),
    "index.self_assessment": ("AnsweredQuestion", "AssessedElement", "self_assessment"),
    "intervals": (
        "adjusted_wald_nps", "bootstrap", "kish_n", "poisson_total", "ratio_of_sums", "t_mean", "wilson",
    ),
    "journeys.funnel": ("funnel", "funnel_counts"),
    "journeys.graph": ("JourneyGraph", "journey_edges", "journey_graph", "journey_steps"),
    "journeys.handovers": ("handover_delay", "handovers"),
    "journeys.never_back": ("never_back",),
    "journeys.removal_effect": ("removal_effects", "transition_counts"),
    "journeys.step_scores": ("step_scores",),
    "journeys.variants": ("journey_variants",),
    "shares": ("mean", "share", "total"),
    "value.acquisition": ("Spending", "acquisition_cost", "retention_cost"),
    "value.bgbb": ("fit_bgbb",),
    "value.bgnbd": ("fit_bgnbd", "fit_mbgnbd"),
    "value.bgnbd_covariates": ("expected_purchases_given", "fit_bgnbd_covariates", "probability_alive_given"),
    "value.calibration": ("HoldoutCalibration", "holdout_calibration"),
    "value.chance": ("ValueInterval", "simulate_value"),
    "value.clv": ("LifetimeValue", "lifetime_value"),
    "value.cohorts": ("CohortValue", "cohort_value"),
    "value.gammagamma": ("fit_gammagamma",),
    "value.history": ("expected_purchases", "probability_alive"),
    "value.likelihood": ("Fit",),
    "value.paretonbd": ("fit_paretonbd",),
    "value.retention_worth": ("RetentionWorth", "retention_worth"),
    "value.rfm": ("rfm_summary",),
    "value.sbg": ("discounted_lifetime", "fit_sbg", "retention", "survival"),
    "warnings": ("ConvergenceWarning", "StatisticalWarning"),
    "words.language": ("detect_languages",),
    "words.near_duplicates": ("Burst", "Copies", "find_bursts", "near_duplicates"),
    "words.routing": ("Route", "RoutingModel", "learn_routing"),
    "words.sentiment": ("SentimentModel", "learn_sentiment"),
    "words.theme_model": ("Assigned", "Theme", "ThemeModel"),
    "words.themes": ("Emerging", "emerging_themes", "find_themes"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Adjusted",
    "AdjustedScore",
    "AnsweredQuestion",
    "Answerers",
    "AssessedElement",
    "Assigned",
    "Burst",
    "ChangePoint",
    "ChurnModel",
    "CohortValue",
    "Comparison",
    "ConvergenceWarning",
    "Copies",
    "Difference",
    "DriverPoint",
    "Effect",
    "Emerging",
    "Estimate",
    "Estimates",
    "Fit",
    "FocusIndex",
    "FocusPart",
    "FocusQuestion",
    "HoldoutCalibration",
    "ImportancePerformance",
    "Interruption",
    "JourneyGraph",
    "KeyDrivers",
    "Leak",
    "LeavingReasons",
    "LifetimeValue",
    "LogRank",
    "OpeningHours",
    "Overlap",
    "PainPoint",
    "Pillar",
    "Proof",
    "ProportionalOdds",
    "Ranking",
    "Registration",
    "RetentionWorth",
    "Route",
    "RoutingModel",
    "ScoredPart",
    "SentimentModel",
    "Spending",
    "StatisticalWarning",
    "SurvivalCurve",
    "Theme",
    "ThemeModel",
    "ValueInterval",
    "acquisition_cost",
    "active_customers",
    "adjust_for_response",
    "adjusted_wald_nps",
    "auc",
    "average_effect",
    "benjamini_hochberg",
    "bootstrap",
    "calibration_table",
    "ces",
    "ces_easy_share",
    "change_points",
    "churn_rate",
    "cohort_retention",
    "cohort_value",
    "combine_scores",
    "compare",
    "compare_many",
    "complaint_rate",
    "csat",
    "csi",
    "cuped",
    "detect_languages",
    "difference_in_differences",
    "discounted_lifetime",
    "emerging_themes",
    "expected_purchases",
    "expected_purchases_given",
    "find_bursts",
    "find_leaks",
    "find_themes",
    "fit_bgbb",
    "fit_bgnbd",
    "fit_bgnbd_covariates",
    "fit_churn_model",
    "fit_gammagamma",
    "fit_mbgnbd",
    "fit_paretonbd",
    "fit_sbg",
    "focus_index",
    "funnel",
    "funnel_counts",
    "gini",
    "handover_delay",
    "handovers",
    "holdout_calibration",
    "importance_performance",
    "interrupted_series",
    "journey_edges",
    "journey_graph",
    "journey_steps",
    "journey_variants",
    "judge",
    "kaplan_meier",
    "key_drivers",
    "kish_n",
    "late_delivery_rate",
    "learn_routing",
    "learn_sentiment",
    "leaving_reasons",
    "lifetime_value",
    "lift",
    "lmg",
    "log_rank",
    "lorenz_curve",
    "mark_repeats",
    "mean",
    "near_duplicates",
    "never_back",
    "nps",
    "nps_counts",
    "plot_calibration",
    "plot_estimates",
    "plot_importance",
    "plot_survival",
    "poisson_total",
    "power_two_groups",
    "probability_alive",
    "probability_alive_given",
    "proportional_odds",
    "prove_with_holdout",
    "rank_pain_points",
    "ratio_of_sums",
    "register",
    "relative_weights",
    "removal_effects",
    "repeat_purchase",
    "response_rate",
    "retention",
    "retention_cost",
    "retention_curve",
    "retention_worth",
    "rfm_summary",
    "sample_size_mean",
    "sample_size_nps",
    "sample_size_share",
    "sample_size_two_groups",
    "self_assessment",
    "share",
    "share_change_points",
    "share_difference",
    "simulate_value",
    "smallest_detectable_change",
    "step_scores",
    "survival",
    "t_mean",
    "top_share",
    "total",
    "transition_counts",
    "value_at_risk",
    "waiting_time",
    "wilson",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
