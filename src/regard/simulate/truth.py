"""What is really so: truth.json, and in truth/ who is who and which orders a planted cause touched."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from regard.simulate.block import Block
from regard.simulate.contacts import NAMES
from regard.simulate.model import COUNTRIES, DAY, REGIONS, SEGMENTS, Calendar, Fix, Flags, Ints, Model
from regard.simulate.population import Population


@dataclass
class Cause:
    """One planted cause and what it truly costs."""

    effect: float  # share of the probability of another order that it takes away
    orders: int = 0
    customers: int = 0
    lost_probability: float = 0.0  # mean over the orders touched
    lost_value: float = 0.0  # expected spend lost in the horizon after each order, all orders touched
    lost_value_last_year: float = 0.0


@dataclass
class Truth:
    """The summary that truth.json holds."""

    seed: int
    as_of: str
    since: str
    customers: int
    currency: str = "EUR"
    horizon_days: int = 365
    orders: int = 0
    revenue: float = 0.0
    organisations: int = 0
    records: dict[str, int] = field(default_factory=dict)
    causes: dict[str, Cause] = field(default_factory=dict)
    harmless: dict[str, Any] = field(default_factory=dict)
    fixes: list[dict[str, Any]] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    stay_rate: float = 0.0
    active: int = 0


class FixCount:
    """What was measured before and after a fix, where it was made and elsewhere."""

    def __init__(self, fix: Fix, calendar: Calendar) -> None:
        self._fix, self._calendar = fix, calendar
        self._since = calendar.months_before_end(fix.months_before_end)
        self._counts: Counter[tuple[str, str]] = Counter()
        self._hits: Counter[tuple[str, str]] = Counter()

    def count(self, population: Population) -> None:
        """Add a block: orders for the carrier, billing cases for the billing form."""
        orders, fix = population.orders, self._fix
        if fix.affected_by == "region":
            affected = np.isin(orders.region, [REGIONS.index(name) for name in fix.affected])
            unit, hit = ~orders.cancelled, orders.late
        else:
            country = population.customers.country[orders.person - population.customers.person[0]]
            affected = np.isin(country, [COUNTRIES.index(name) for name in fix.affected])
            unit, hit = orders.billing, orders.handovers >= 2
        after = orders.placed >= self._since * DAY
        for group, in_group in (("affected", affected), ("others", ~affected)):
            for period, in_period in (("before", ~after), ("after", after)):
                rows = unit & in_group & in_period
                self._counts[group, period] += int(rows.sum())
                self._hits[group, period] += int((rows & hit).sum())

    def described(self) -> dict[str, Any]:
        """The fix with its date and the rates."""
        facts = asdict(self._fix) | {
            "affected": list(self._fix.affected),
            "since": self._calendar.iso[self._since],
        }
        for (group, period), n in self._counts.items():
            facts[f"{group}_{period}"] = {"n": n, "rate": round(self._hits[group, period] / max(n, 1), 4)}
        return facts


class Chronicle:
    """Adds up the truth block by block and writes the long tables as it goes."""

    def __init__(self, folder: Path, truth: Truth, model: Model, calendar: Calendar) -> None:
        self._folder, self._truth, self._model = folder, truth, model
        tables = folder / "truth"
        tables.mkdir(exist_ok=True)
        self._records = (tables / "records.csv").open("w", encoding="utf-8", newline="")
        self._records.write("file,record,person\n")
        self._people = (tables / "people.csv").open("w", encoding="utf-8", newline="")
        self._people.write(
            "person,household,organisations,country,region,segment,orders,still_customer,rate_per_year,dropout,mean_spend\n"
        )
        self._exposures = (tables / "exposures.csv").open("w", encoding="utf-8", newline="")
        self._exposures.write("cause,order,person,placed,lost_probability,lost_value\n")
        self._lines: list[str] = []
        self._counts: Counter[str] = Counter()
        self._stayed = 0
        truth.causes = {name: Cause(effect) for name, effect in model.effects.items()}
        self._fixes = [FixCount(model.carrier_fix, calendar), FixCount(model.billing_fix, calendar)]
        truth.harmless = {
            "topic": "packaging",
            "since": calendar.iso[calendar.months_before_end(model.packaging_months)],
            "effect": 0.0,
            "orders": 0,
        }
        last = calendar.start + timedelta(days=calendar.days - model.silent_days)
        truth.silent = {"source": model.silent_source, "silent_from": last.isoformat()}

    def witness(self, file: str, record: str, person: int | str) -> None:
        """A record of a file is about a person (P…) or an organisation (O…)."""
        key = person if isinstance(person, str) else f"P{person:07d}"
        self._counts[file] += 1
        self._lines.append(f"{file},{record},{key}\n")

    def write(self, block: Block) -> None:
        truth, population = self._truth, block.population
        truth.orders += len(population.orders.person)
        truth.revenue = round(
            truth.revenue + float(population.orders.amount[~population.orders.cancelled].sum()), 2
        )
        truth.harmless["orders"] += int(population.orders.packaging.sum())
        counted = np.bincount(block.contacts.topic, minlength=len(NAMES)).tolist()
        truth.contacts = {
            name: truth.contacts.get(name, 0) + n for name, n in zip(NAMES, counted, strict=True)
        }
        self._stayed += int(population.orders.stayed.sum())
        for fix in self._fixes:
            fix.count(population)
        self._write_causes(block)
        self._write_people(block)
        self._records.write("".join(self._lines))
        self._lines.clear()

    def close(self) -> None:
        for table in (self._records, self._people, self._exposures):
            table.close()

    def finish(self) -> None:
        """Write the summary, once every block is written."""
        truth = self._truth
        truth.fixes = [fix.described() for fix in self._fixes]
        truth.records = dict(sorted(self._counts.items()))
        truth.stay_rate = round(self._stayed / max(truth.orders, 1), 4)
        for cause in truth.causes.values():
            cause.lost_probability = round(cause.lost_probability / max(cause.orders, 1), 4)
            cause.lost_value, cause.lost_value_last_year = (
                round(cause.lost_value, 2),
                round(cause.lost_value_last_year, 2),
            )
        text = json.dumps(asdict(truth), indent=2, ensure_ascii=False)
        (self._folder / "truth.json").write_text(text + "\n", encoding="utf-8")

    def _write_causes(self, block: Block) -> None:
        population, calendar = block.population, block.calendar
        orders, value = population.orders, population.value_of_staying()
        last_year = orders.placed >= (calendar.days - 365) * DAY
        for name, cause in self._truth.causes.items():
            lost = population.lost_probability(name)
            rows = np.flatnonzero(orders.exposed(name))
            cause.orders += len(rows)
            cause.customers += len(np.unique(orders.person[rows]))
            cause.lost_probability += float(lost.sum())
            cause.lost_value += float((lost * value).sum())
            cause.lost_value_last_year += float((lost * value)[last_year].sum())
            columns = (
                rows,
                orders.person[rows],
                orders.placed[rows] // DAY,
                lost[rows],
                (lost * value)[rows],
            )
            self._exposures.writelines(
                f"{name},{block.order_number(row)},P{person:07d},{calendar.iso[day]},{probability:.4f},{money:.2f}\n"
                for row, person, day, probability, money in zip(
                    *(column.tolist() for column in columns), strict=True
                )
            )

    def _write_people(self, block: Block) -> None:
        customers, counts, still = block.population.customers, *_last_state(block.population)
        self._truth.active += int(still.sum())
        columns = (
            customers.household,
            customers.country,
            customers.region,
            customers.segment,
            counts,
            still,
            customers.rate * 365,
            customers.dropout,
            customers.spend,
        )
        seen: set[int] = set()
        for person, values in zip(
            block.people, zip(*(column.tolist() for column in columns), strict=True), strict=True
        ):
            household, country, region, segment, orders, stays, rate, dropout, spend = values
            groups = " ".join(f"O{organisation.number:06d}" for organisation in person.organisations)
            seen.update(organisation.number for organisation in person.organisations)
            self._people.write(
                f"{person.key},H{household:07d},{groups},{COUNTRIES[country]},{REGIONS[region]},{SEGMENTS[segment]},"
                f"{orders},{int(stays)},{rate:.4f},{dropout:.4f},{spend:.2f}\n"
            )
        self._truth.organisations += len(seen)


def _last_state(population: Population) -> tuple[Ints, Flags]:
    """Orders per customer, and whether the customer stayed after the last one."""
    rows = population.orders.person - population.customers.person[0]
    counts = np.bincount(rows, minlength=len(population.customers.person))
    left = np.bincount(rows, weights=~population.orders.stayed, minlength=len(counts))
    return counts, left == 0
