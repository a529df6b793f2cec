"""The only place that draws the state machine of a rulebook, as SVG, from the data alone."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lianxin.procedure.rules import ANY, NOWHERE, SAME, Rulebook, StepRule
from lianxin.procedure.soundness import START, exits

WIDTH, HEIGHT = 196, 46
COLUMN, ROW = 222, 104
MARGIN = 24
LEFT = 150
LEGEND_COLUMN, LEGEND_ROW, LEGEND_LINES, LEGEND_WIDTH = 5, 4, 18, 450
STYLE = (
    "text{font-family:'Noto Sans CJK SC','Source Han Sans SC',sans-serif;fill:#1d2b36}"
    ".l{font-size:13px}.e{font-size:10px;fill:#4a5a66}.t{font-size:10px;fill:#0b4f6c}"
    ".s{fill:#eef4f8;stroke:#0b4f6c;stroke-width:1.2}.x{fill:#fff;stroke:#1d2b36;stroke-dasharray:5 3}"
    ".a{fill:none;stroke:#5c7080;stroke-width:1}"
)


@dataclass(frozen=True, slots=True)
class Box:
    """Where a state is drawn."""

    x: int
    y: int

    @property
    def middle(self) -> int:
        """Return the horizontal middle."""
        return self.x + WIDTH // 2


def _distances(book: Rulebook) -> dict[str, int]:
    """Return for each state the fewest steps that lead to it."""
    ways = exits(book)
    found = {state: 0 for state in START if state in ways}
    waiting = list(found)
    while waiting:
        state = waiting.pop(0)
        for target in sorted(ways[state]):
            if target not in found:
                found[target] = found[state] + 1
                waiting.append(target)
    return found


def _place(book: Rulebook) -> dict[str, Box]:
    """Return the boxes: one row per distance, states on the way left of the ends."""
    distances = _distances(book)
    open_states = [state.id for state in book.states.values() if not state.ends]
    ends = [state.id for state in book.states.values() if state.ends]
    used: dict[int, int] = {}
    boxes: dict[str, Box] = {}
    for state in (NOWHERE, *open_states, *ends):
        row = distances[state]
        column = used.get(row, 0)
        used[row] = column + 1
        boxes[state] = Box(LEFT + column * COLUMN, MARGIN + row * ROW)
    return boxes


def _arrows(book: Rulebook) -> dict[tuple[str, str], list[str]]:
    """Return the ids of the steps between each pair of states; steps from anywhere are only listed."""
    found: dict[tuple[str, str], list[str]] = {}
    for rule in book.all_steps():
        for source in rule.sources:
            if source != ANY and rule.target != SAME:
                found.setdefault((source, rule.target), []).append(rule.id)
    return found


def _draw_box(book: Rulebook, state: str, box: Box) -> str:
    rule = book.states.get(state)
    label, label_en = (rule.label, rule.label_en) if rule else ("尚未登记", "Nothing yet")
    kind = "x" if rule is not None and rule.ends else "s"
    return (
        f"<g><title>{escape(f'{state}: {label} / {label_en}')}</title>"
        f'<rect class="{kind}" x="{box.x}" y="{box.y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text class="l" x="{box.x + 8}" y="{box.y + 19}">{escape(label)}</text>'
        f'<text class="e" x="{box.x + 8}" y="{box.y + 36}">{escape(state)}</text></g>'
    )


def _draw_arrow(source: Box, target: Box, ids: list[str]) -> str:
    text = " ".join(ids)
    if source == target:
        x, y = source.x + WIDTH, source.y + HEIGHT // 2
        path = f"M{x},{y - 8} C{x + 34},{y - 26} {x + 34},{y + 26} {x},{y + 8}"
        return _arrow(path, x + 14, y - 12, text)
    if target.y > source.y:
        x1, y1, x2, y2 = source.middle, source.y + HEIGHT, target.middle, target.y
        bend = (y2 - y1) // 2
        path = f"M{x1},{y1} C{x1},{y1 + bend} {x2},{y2 - bend} {x2},{y2}"
        return _arrow(path, x1 + (x2 - x1) * 3 // 4, y2 - 12, text)
    if target.y == source.y:
        x1, x2, y = source.middle, target.middle, source.y
        return _arrow(f"M{x1},{y} C{x1},{y - 34} {x2},{y - 34} {x2},{y}", (x1 + x2) // 2, y - 28, text)
    x1, y1, x2, y2 = source.x, source.y + HEIGHT // 2, target.x, target.y + HEIGHT // 2
    side = min(x1, x2) - 16 - 14 * ((y1 - y2) // ROW)
    path = f"M{x1},{y1} C{side},{y1} {side},{y2} {x2},{y2}"
    return _arrow(path, (x1 + 3 * side) // 4 - 10, (y1 + y2) // 2, text)


def _arrow(path: str, x: int, y: int, text: str) -> str:
    return f'<path class="a" d="{path}" marker-end="url(#tip)"/><text class="t" x="{x}" y="{y}">{escape(text)}</text>'


def _legend_line(rule: StepRule) -> str:
    roles = ("+" if rule.all_roles else "/").join(rule.roles)
    return f"{rule.id} {rule.label} {rule.event} ({roles})"


def _legend(book: Rulebook) -> list[str]:
    lines = []
    for number, rule in enumerate(book.all_steps()):
        x = LEFT + LEGEND_COLUMN * COLUMN + (number // LEGEND_LINES) * LEGEND_WIDTH
        y = MARGIN + LEGEND_ROW * ROW + (number % LEGEND_LINES) * 20
        lines.append(f'<text class="l" x="{x}" y="{y}">{escape(_legend_line(rule))}</text>')
    return lines


def diagram(book: Rulebook) -> str:
    """Return the state machine as an SVG document; ends have a dashed border."""
    boxes = _place(book)
    width = max(max(box.x for box in boxes.values()), LEFT + LEGEND_COLUMN * COLUMN + 3 * LEGEND_WIDTH)
    width += WIDTH + MARGIN
    height = 2 * MARGIN + max(box.y for box in boxes.values()) + HEIGHT
    arrows = [_draw_arrow(boxes[a], boxes[b], ids) for (a, b), ids in _arrows(book).items()]
    drawn = [_draw_box(book, state, box) for state, box in boxes.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(book.label)}: {len(book.states)} states, {len(book.all_steps())} steps">',
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#5c7080"/></marker></defs>',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *arrows,
            *drawn,
            *_legend(book),
            "</svg>",
            "",
        ]
    )
