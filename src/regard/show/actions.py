"""The verbs of `show`: register, withdraw and judge a fix; read the focus index, assess oneself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

import ibis.expr.types as ir
import numpy as np
from django.db import transaction
from django.utils import timezone

from regard import analytics as ra
from regard.analytics.index.focus_questions import HIGHEST, LOWEST
from regard.analytics.warnings import hear_warnings
from regard.errors import ConflictError, InputError, NotFoundError
from regard.know.actions import refresh_people
from regard.show.focus import CODES, quarter_of
from regard.show.focus_evidence import measure_parts
from regard.show.models import Assessment, Fix, FocusReading, Proof
from regard.show.verdicts import Comparison, compare_places, compare_times, judge
from regard.show.watching import DAY, OUTCOMES, Watched, customers_in, fewer, membership, watch
from regard.understand.facts import Facts, held_facts, start_of
from regard.understand.leaving.watched import ALL, REASON, is_of_contracts
from regard.understand.measures import MEASURES
from regard.understand.models import Computation
from regard.understand.pains.exposures import find_exposures
from regard.understand.pains.orders import Exposure, Orders, read_orders
from regard.understand.queries import pain_points
from regard.understand.themes.finding import told_themes
from regard.understand.traits import customer_traits, low_cardinality

FEWEST = 100  # rows in the year before, without which nothing can be promised
WORTH_HAVING = 0.25  # of the baseline, or of a standard deviation, when nobody says what is
WINDOW = 30  # days after which an order or an answer has shown how it went
YEAR = 365
# of a proof, beside its fix
JUDGED = ("as_of", "verdict", "reason", "effect", "low", "high", "n", "method", "series", "notes")
KEPT = ("value", "low", "high", "n", "level", "method")  # of the figure of a part


def register_fix(
    title: str, *, about: str, since: date, actor: str, dimension: str = "", groups: Sequence[str] = (),
    smallest_effect: float | None = None, window_days: int = WINDOW, owner: str = "",
) -> Fix:  # fmt: skip
    """Write down what is changed, where and from when, and what it must show; says when there can be a verdict."""
    if not title.strip():
        raise InputError("A fix needs a name.", hint="Say what is changed, as colleagues call it.")
    if bool(dimension) != bool(groups):
        raise InputError("Say where it is changed as an attribute with its groups, like region=East,South.")
    if smallest_effect is not None and smallest_effect <= 0:
        raise InputError("The smallest effect worth having must be above 0.")
    if Fix.objects.filter(title=title.strip(), started_on=since, withdrawn_at=None).exists():
        raise ConflictError(f"`{title}` from {since} is registered already.")
    refresh_people()
    began = min(start_of(since), timezone.now())
    with held_facts(timezone.now()) as facts:
        orders, exposures = (None, []) if is_of_contracts(about) else _befallen(facts)
        called = _called(about, exposures)
        traits = low_cardinality(customer_traits())
        watched, changed = _chosen(about, since, dimension, groups, facts, traits, orders, exposures)
    if dimension and changed.all():
        raise InputError(
            "Everybody whom it concerns is there: nobody is left to compare with.",
            hint="Say another place, or none, and the series is compared with itself before.",
        )
    past = (watched.seconds < began.timestamp()) & (watched.seconds >= began.timestamp() - YEAR * DAY)
    before = watched.rows(past & changed)
    if len(before.outcomes) < FEWEST:
        raise InputError(
            f"Only {len(before.outcomes)} cases in the year before {since}: too few to promise anything.",
            hint="Choose a wider place, or a measure with more answers.",
        )
    if watched.share and not before.outcomes.any():
        raise InputError(
            f"It was not seen once among {len(before.outcomes):,} cases in the year before {since}.",
            hint="What does not happen cannot be seen to become less.",
        )
    baseline, spread = float(before.outcomes.mean()), float(before.outcomes.std(ddof=1))
    smallest = smallest_effect or WORTH_HAVING * (baseline if watched.share else spread)
    plan = _plan(title, about, since, watched, baseline, spread, smallest, window_days,
                 held_out=1 - float(changed[past].mean()) if dimension else 0.5, per_day=past.sum() / YEAR)  # fmt: skip
    return Fix.objects.create(
        title=title.strip()[:200], about=about, about_title=called, dimension=dimension,
        groups=list(groups), started_on=since, judged_from=plan.ends, window_days=window_days,
        smallest_effect=smallest, direction=watched.better, unit=watched.unit, baseline=baseline,
        standard_deviation=None if watched.share else spread, rows_needed=plan.n, power=plan.power,
        owner=owner, registered_by=actor,
    )  # fmt: skip


def withdraw_fix(fix_id: int, *, actor: str) -> Fix:
    """Take a fix off the list: it was not made, or written down wrongly. It stays in the books."""
    with transaction.atomic():
        fix = Fix.objects.select_for_update().filter(pk=fix_id).first()
        if fix is None:
            raise NotFoundError(f"There is no fix {fix_id}.")
        if fix.withdrawn_at is not None:
            raise ConflictError(f"Fix {fix_id} has been withdrawn already.")
        fix.withdrawn_at, fix.withdrawn_by = timezone.now(), actor
        fix.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return fix


def _befallen(facts: Facts) -> tuple[Orders, list[Exposure]]:
    orders = read_orders(facts)
    return orders, find_exposures(facts, orders, told_themes()) if len(orders) else []


def judge_fixes(facts: Facts, traits: ir.Table, orders: Orders, exposures: Sequence[Exposure]) -> list[Proof]:
    """Every fix that has started held against what was written down; not stored yet."""
    day = timezone.localdate(facts.as_of)
    fixes = Fix.objects.filter(withdrawn_at=None, started_on__lte=day).order_by("pk")
    return [_judged(fix, _compared(fix, facts, traits, orders, exposures), facts.as_of) for fix in fixes]


def keep_proofs(proofs: Sequence[Proof]) -> None:
    """Keep what was last judged of each fix."""
    Proof.objects.bulk_create(proofs, update_conflicts=True, unique_fields=["fix"], update_fields=JUDGED)


def read_index(facts: Facts, computation: Computation) -> FocusReading:
    """The parts of the index as of a computation, as the reading of its day; not stored yet."""
    parts = measure_parts(facts, computation)
    measured = {
        name: {key: value for key, value in asdict(one).items() if key in KEPT} for name, one in parts.items()
    }
    return FocusReading(day=timezone.localdate(facts.as_of), as_of=facts.as_of, measured=measured)


def keep_reading(reading: FocusReading) -> None:
    """Keep the reading of a day in place of an earlier one."""
    values = {"as_of": reading.as_of, "measured": reading.measured}
    FocusReading.objects.update_or_create(day=reading.day, defaults=values)


def assess(answers: Mapping[str, int], *, actor: str, on: date) -> Assessment:
    """Keep a person's answers of the quarter, in place of those they gave before."""
    if unknown := sorted(set(answers) - CODES):
        raise InputError(f"There is no question `{unknown[0][:40]}`.")
    if any(not LOWEST <= answer <= HIGHEST for answer in answers.values()):
        raise InputError(f"Answers lie between {LOWEST} and {HIGHEST}.")
    if not answers:
        raise InputError("Nothing was answered.", hint="Answer at least one question.")
    with transaction.atomic():
        kept, _ = Assessment.objects.update_or_create(
            respondent=actor, quarter=quarter_of(on), defaults={"answers": dict(answers)}
        )
    return kept


def _compared(
    fix: Fix, facts: Facts, traits: ir.Table, orders: Orders, exposures: Sequence[Exposure]
) -> Comparison:
    try:
        watched, changed = _chosen(
            fix.about, fix.started_on, fix.dimension, fix.groups, facts, traits, orders, exposures
        )
    except InputError as error:  # what it is about is no longer seen, or the place has another name now
        return Comparison(ra.Estimate(None, None, None, 0), [], [], f"{error}")
    if fix.dimension:
        return compare_places(watched, changed, fix.started_on, facts.as_of)
    return compare_times(watched, fix.started_on, facts.as_of)


def _judged(fix: Fix, compared: Comparison, as_of: datetime) -> Proof:
    verdict, effect = judge(fix, compared, as_of), compared.effect
    return Proof(
        fix=fix, as_of=as_of, verdict=verdict.verdict, reason=verdict.reason, effect=effect.value,
        low=effect.low, high=effect.high, n=effect.n, method=effect.method, series=compared.series,
        notes=compared.notes,
    )  # fmt: skip


def _chosen(
    about: str, since: date, dimension: str, groups: Sequence[str], facts: Facts, traits: ir.Table,
    orders: Orders | None, exposures: Sequence[Exposure],
) -> tuple[Watched, np.ndarray]:  # fmt: skip
    """The rows a fix is about, and whether each belongs to where it was made."""
    watched = watch(about, facts, orders, exposures, since)
    if not dimension:
        return fewer(watched, np.ones(len(watched.customers), dtype=bool))
    return fewer(*membership(watched, *customers_in(traits, dimension, groups)))


def _plan(
    title: str, about: str, since: date, watched: Watched, baseline: float, spread: float, smallest: float,
    window_days: int, *, held_out: float, per_day: float,
) -> ra.Registration:  # fmt: skip
    """How many rows and days it takes to see the smallest effect worth having."""
    if watched.share and watched.better == "down":
        smallest = min(smallest, baseline * 0.999)
    with hear_warnings():  # the power is shown beside
        try:
            return ra.register(
                about, cohort=title, start=since, window_days=window_days, smallest_effect=smallest,
                per_day=per_day, direction=watched.better, held_out=min(max(held_out, 0.05), 0.95),
                baseline=baseline if watched.share else None, standard_deviation=None if watched.share else spread,
                available=max(int(per_day * YEAR), 4),
            )  # fmt: skip
        except ValueError as error:
            raise InputError(f"So small an effect cannot be planned for: {error}.") from error


def _called(about: str, exposures: Sequence[Exposure]) -> str:
    """What pages call it; InputError for what nothing was found under."""
    if about in MEASURES:
        return MEASURES[about].title
    kind, _, name = about.partition(":")
    if kind == REASON and name:
        return f"Left because of: {name}"[:250]
    titles = {exposure.key: exposure.title for exposure in exposures}
    if is_of_contracts(about):
        titles = {point.key: point.title for point in pain_points()}
    if about not in titles:
        keys = ", ".join([*OUTCOMES, ALL, *titles][:40])
        raise InputError(f"There is nothing to watch under `{about[:80]}`.", hint=f"There are: {keys}.")
    return titles[about]
