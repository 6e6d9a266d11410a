"""The journey graph as a drawing: steps in columns, the strongest passages between them, all as plain numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

MOST_STEPS, MOST_ONWARD, MOST_BACK = 12, 14, 6
COLUMN, ROW, WIDE, HIGH = 214, 78, 148, 46  # pixels
MOST_COLUMNS = 5  # a desktop shows that many side by side
EDGE = 14
BESIDE = 52  # pixels that a way between steps of the last column takes to their right
BREATH = 16  # pixels that words keep from a step
BELOW = 40  # pixels that a way back hangs below the steps
WEIGHTS = 5
NAMED_PASSAGES = 10  # whose counts are written beside them; more would lie on each other


@dataclass(frozen=True)
class Box:
    """A step: its left upper corner, its row, and how strong it is drawn."""

    row: dict[str, Any]
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + WIDE // 2

    @property
    def first_line(self) -> int:
        return self.y + 19

    @property
    def second_line(self) -> int:
        return self.y + 36


@dataclass(frozen=True)
class Line:
    """A passage: its path, how thick, and where its count stands."""

    row: dict[str, Any]
    path: str
    weight: int  # 1 to 5
    x: int
    y: int
    named: bool
    back: bool


@dataclass(frozen=True)
class Drawing:
    """Everything the template places."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]
    box_width: int = WIDE
    box_height: int = HIGH


def draw_journey(steps: list[dict[str, Any]], passages: list[dict[str, Any]]) -> Drawing:
    """The commonest steps and passages laid out from left to right."""
    chosen = [row["step"] for row in steps[:MOST_STEPS]]
    edges = [row for row in passages if row["step"] in chosen and row["next_step"] in chosen]
    columns = _columns(chosen, edges)
    places = {step: (column, place) for column, held in enumerate(columns) for place, step in enumerate(held)}
    tallest = max(len(held) for held in columns)
    boxes = {}
    for row in steps[:MOST_STEPS]:
        column, place = places[row["step"]]
        free = (tallest - len(columns[column])) * ROW // 2
        boxes[row["step"]] = Box(row, EDGE + column * COLUMN, EDGE + 24 + free + place * ROW)
    ways = _shown(edges, boxes)
    most = max((row["passages"] for row in ways), default=1)
    lines = [
        _line(row, boxes[row["step"]], boxes[row["next_step"]], most, place < NAMED_PASSAGES)
        for place, row in enumerate(ways)
    ]
    lines = [replace(line, named=line.named and not _on_a_box(line, boxes.values())) for line in lines]
    width = 2 * EDGE + (len(columns) - 1) * COLUMN + WIDE
    if any(line.x + EDGE > width for line in lines):
        width += BESIDE
    return Drawing(width, 2 * EDGE + 24 + tallest * ROW + BELOW, list(boxes.values()), lines)


def _shown(edges: list[dict[str, Any]], boxes: dict[str, Box]) -> list[dict[str, Any]]:
    """The commonest ways onward and the commonest ways back; more would be a tangle, and the table has them."""
    ways = [row for row in edges if row["step"] != row["next_step"]]
    onward = [row for row in ways if boxes[row["next_step"]].x > boxes[row["step"]].x][:MOST_ONWARD]
    back = [row for row in ways if boxes[row["next_step"]].x <= boxes[row["step"]].x][:MOST_BACK]
    return sorted(onward + back, key=lambda row: -row["passages"])


def _columns(steps: list[str], edges: list[dict[str, Any]]) -> list[list[str]]:
    """Each step one column after the one it most often follows, beginning with the step most often left for others;
    what would come after the last column stands in it."""
    if not steps:
        return [[]]
    starts = [step for step in steps if step == "first order"] or steps[:1]
    column = {starts[0]: 0}
    while len(column) < len(steps):
        open_edges = [row for row in edges if row["step"] in column and row["next_step"] not in column]
        if open_edges:
            best = max(open_edges, key=lambda row: row["passages"])
            column[best["next_step"]] = min(column[best["step"]] + 1, MOST_COLUMNS - 1)
        else:  # nothing that is placed leads there
            column[next(step for step in steps if step not in column)] = 0
    columns: list[list[str]] = [[] for _ in range(max(column.values()) + 1)]
    for step in steps:
        columns[column[step]].append(step)
    for before, held in pairwise(columns):
        held.sort(key=lambda step: _height(step, before, edges))
    return columns


def _height(step: str, before: list[str], edges: list[dict[str, Any]]) -> float:
    """The mean place of the steps of the column before that lead here."""
    ways = [(before.index(row["step"]), row["passages"]) for row in edges
            if row["next_step"] == step and row["step"] in before]  # fmt: skip
    total = sum(count for _, count in ways)
    return sum(place * count for place, count in ways) / total if total else float(len(before))


def _on_a_box(line: Line, boxes: Iterable[Box]) -> bool:
    """Whether the words of a way would lie on a step; the table and the way's own title have them."""
    return any(
        box.x - BREATH < line.x < box.x + WIDE + BREATH
        and box.y - BREATH < line.y < box.y + HIGH + BREATH // 2
        for box in boxes
    )


def _line(row: dict[str, Any], start: Box, end: Box, most: int, named: bool) -> Line:
    weight = 1 + round((WEIGHTS - 1) * row["passages"] / most)
    if end.x > start.x:
        x1, y1, x2, y2 = start.x + WIDE, start.y + HIGH // 2, end.x - 5, end.y + HIGH // 2
        bend = (x2 - x1) // 2
        path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
        # beyond the middle, where ways that begin together have parted
        return Line(
            row, path, weight, round(x1 + 0.59 * (x2 - x1)), round(y1 + 0.68 * (y2 - y1)) - 3, named, False
        )
    if end.x == start.x:
        side = start.x + WIDE
        y1, y2 = start.y + HIGH // 2 + 6, end.y + HIGH // 2 + 6
        path = f"M{side} {y1}C{side + 46} {y1} {side + 46} {y2} {side + 5} {y2}"
        return Line(row, path, weight, side + 38, (y1 + y2) // 2, named, False)
    y1, y2 = start.y + HIGH, end.y + HIGH + 5
    low = max(y1, y2) + BELOW
    path = f"M{start.middle} {y1}C{start.middle} {low} {end.middle} {low} {end.middle} {y2}"
    return Line(row, path, weight, (start.middle + end.middle) // 2, low - BELOW // 4, named, True)
