"""Every number the simulated company is made of, and its calendar."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 1440  # minutes; all times inside are whole minutes since the first day of the history

COUNTRIES = ("DE", "AT", "CH", "FR", "GB")
LANGUAGES = ("de", "de", "de", "fr", "en")
REGIONS = ("North", "East", "South", "West")
SEGMENTS = ("hiking", "climbing", "running", "camping", "cycling")
PAYMENTS = ("invoice", "card", "paypal")
CARRIERS = ("Paketfuchs", "Alpenkurier")

# line, what it is, share of each segment's orders (in the order of SEGMENTS)
LINES = (
    ("Nordkamm", "shell jacket", (0.12, 0.11, 0.05, 0.07, 0.06)),
    ("Silberhorn", "down jacket", (0.10, 0.12, 0.03, 0.08, 0.03)),
    ("Talwind", "softshell trousers", (0.13, 0.10, 0.16, 0.07, 0.08)),
    ("Steinbock", "hiking boots", (0.20, 0.08, 0.02, 0.10, 0.02)),
    ("Flinkfuß", "trail running shoes", (0.05, 0.03, 0.38, 0.03, 0.06)),
    ("Felsenfest", "climbing harness", (0.01, 0.24, 0.01, 0.01, 0.01)),
    ("Gratseil", "rope", (0.01, 0.17, 0.00, 0.01, 0.00)),
    ("Sternzelt", "tent", (0.05, 0.02, 0.01, 0.24, 0.03)),
    ("Murmel", "sleeping bag", (0.07, 0.04, 0.01, 0.19, 0.04)),
    ("Lastesel", "backpack", (0.16, 0.06, 0.12, 0.10, 0.09)),
    ("Glutkocher", "stove", (0.05, 0.01, 0.01, 0.08, 0.02)),
    ("Kettenlicht", "bike light", (0.05, 0.02, 0.09, 0.02, 0.56)),
)
VARIANTS = ("", "Pro", "Kids")
FAULTY_LINE = 0


@dataclass(frozen=True)
class Fix:
    """A change to the process, where and when it came, and what it truly did."""

    name: str
    months_before_end: int
    affected_by: str
    affected: tuple[str, ...]
    measure: str
    works: bool


@dataclass(frozen=True)
class Model:
    """The generative model: the defaults are the company that docs/simulated-company.md describes."""

    history_days: int = 1096
    rate_shape: float = 1.6
    orders_per_year: float = 3.2
    dropout_a: float = 1.3
    dropout_b: float = 7.0
    spend_p: float = 6.0
    spend_q: float = 4.0
    mean_spend: float = 85.0
    region_rate: tuple[float, ...] = (1.0, 0.85, 1.15, 1.0)
    segment_spend: tuple[float, ...] = (1.0, 1.25, 0.8, 1.1, 0.75)
    # by how much each cause lowers the probability of another order, as a share of that probability
    effects: dict[str, float] = field(
        default_factory=lambda: {"late_delivery": 0.35, "billing_handoffs": 0.50, "product_fault": 0.50}
    )
    late_before: tuple[float, ...] = (0.12, 0.26, 0.22, 0.13)
    late_after: tuple[float, ...] = (0.12, 0.08, 0.07, 0.13)
    late_regulars: float = 0.06
    billing_by_payment: tuple[float, ...] = (0.12, 0.05, 0.05)
    handed_over_twice: float = 0.60
    fault: float = 0.50
    packaging: float = 0.09
    packaging_months: int = 22
    cancelled: float = 0.025
    returned: float = 0.06
    response: float = 0.25
    silent_source: str = "csat"
    silent_days: int = 21
    season: tuple[float, ...] = (0.8, 0.75, 0.9, 1.0, 1.2, 1.2, 0.95, 0.9, 0.95, 0.95, 1.15, 1.45)
    horizon_days: int = 365
    carrier_fix: Fix = Fix("new carrier", 10, "region", ("East", "South"), "late-delivery rate", True)
    billing_fix: Fix = Fix(
        "billing form", 8, "country", ("DE",), "share of billing cases handed over twice", False
    )


class Calendar:
    """The days of the history: names for each day, and operational time that runs with the season."""

    def __init__(self, as_of: date, model: Model) -> None:
        self.start = as_of - timedelta(days=model.history_days)
        self.days = model.history_days
        span = [self.start + timedelta(days=n) for n in range(self.days + 800)]
        self.iso = [day.isoformat() for day in span]
        self.german = [day.strftime("%d.%m.%Y") for day in span]
        weekdays, months = (
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        )
        self.mail = [f"{weekdays[d.weekday()]}, {d.day:02d} {months[d.month - 1]} {d.year}" for d in span]
        self.clock = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(DAY)]
        pace = np.array([model.season[day.month - 1] for day in span]) / np.mean(model.season)
        self._season = np.concatenate([[0.0], np.cumsum(pace)])
        self._day = np.arange(len(self._season), dtype=np.float64)

    @property
    def end(self) -> int:
        """The first minute that is not part of the history."""
        return self.days * DAY

    def months_before_end(self, months: int) -> int:
        """The first day of the month that began `months` months before the end, as a day of the history."""
        last = self.start + timedelta(days=self.days)
        year, month = divmod(last.year * 12 + last.month - 1 - months, 12)
        return (date(year, month + 1, 1) - self.start).days

    def advance(self, day: Floats, operational: Floats) -> Floats:
        """The day on which `operational` days of season-weighted time have passed since `day`."""
        reached = np.interp(day, self._day, self._season) + operational
        late = reached > self._season[-1]
        reached_day: Floats = np.where(late, self._day[-1], np.interp(reached, self._season, self._day))
        return reached_day

    def excel_day(self, day: int) -> int:
        """The day as a spreadsheet counts it."""
        return self.start.toordinal() + day - date(1899, 12, 30).toordinal()

    def utc(self, minute: int) -> str:
        """ISO 8601 in UTC."""
        return f"{self.iso[minute // DAY]}T{self.clock[minute % DAY]}:00Z"
