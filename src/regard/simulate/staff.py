"""employees.csv, and who answers for which department."""

import random
from dataclasses import dataclass
from pathlib import Path

from regard.simulate.people import ASCII, load_words

DEPARTMENTS = ("service", "billing", "logistics", "returns", "workshop", "advice", "shop")


@dataclass(frozen=True)
class Employee:
    number: str
    name: str
    department: str
    email: str
    since: int


class Staff:
    """The people who answer."""

    def __init__(self, customers: int, seed: int) -> None:
        rand, names = random.Random(f"{seed}:staff"), load_words("names")["de"]
        self.employees: list[Employee] = []
        self.of: dict[str, list[Employee]] = {department: [] for department in DEPARTMENTS}
        for number in range(max(14, min(400, customers // 1500))):
            given, family = rand.choice(names["female"] + names["male"]), rand.choice(names["surnames"])
            department = DEPARTMENTS[number % len(DEPARTMENTS)]
            email = f"{given}.{family}{number}".lower().translate(ASCII) + "@fjordvik.example"
            employee = Employee(
                f"E{number + 1:03d}", f"{given} {family}", department, email, 2006 + rand.randrange(18)
            )
            self.employees.append(employee)
            self.of[department].append(employee)

    def write(self, folder: Path) -> None:
        lines = ["employee,name,department,email,since"]
        lines += [f"{e.number},{e.name},{e.department},{e.email},{e.since}-01-01" for e in self.employees]
        (folder / "employees.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
