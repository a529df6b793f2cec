"""The tamper drill: with full rights over the database, everything is tried, and each time somebody outside names it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db.models import F, QuerySet

from lianxin.cases.models import CaseText, Step
from lianxin.ledger import chain, evidence, log, witness
from lianxin.ledger.models import Checkpoint, Cosignature, Entry, Event, Look, Pad, Place, TreeNode
from tests.cast import XIN, on
from tests.ledger.drill import Drill

Tamper = Callable[[Drill], object]


def at(seq: int, model: type = Entry, case: int = 0) -> Callable[[Drill], object]:
    return lambda drill: model._default_manager.filter(case_id=drill.cases[case].pk, seq=seq)  # type: ignore[attr-defined]


def leaf(drill: Drill) -> QuerySet[TreeNode]:
    place = Place.objects.get(subject_id=drill.cases[0].pk, chain="act", seq=1)
    return TreeNode.objects.filter(level=0, position=place.position)


def swap(drill: Drill) -> None:
    """Let two looks change places, with hashes that fit."""
    pk = drill.cases[0].pk
    one, two = Look.objects.filter(case_id=pk, seq__in=(1, 2)).order_by("seq")
    Look.objects.filter(case_id=pk, seq=1).update(at=two.at, salt=two.salt)
    Look.objects.filter(case_id=pk, seq=2).update(at=one.at, salt=one.salt)
    prev = ""
    for row in Look.objects.filter(case_id=pk).order_by("seq"):
        row.prev = prev
        prev = chain.row_hash(row)
        Look.objects.filter(case_id=pk, seq=row.seq).update(prev=row.prev, hash=prev)


def swapped_places(drill: Drill) -> None:
    pk = drill.cases[0].pk
    one, two = Place.objects.filter(subject_id=pk, chain="look", seq__in=(1, 2)).order_by("seq")
    Place.objects.filter(subject_id=pk, chain="look", seq=1).update(position=two.position)
    Place.objects.filter(subject_id=pk, chain="look", seq=2).update(position=one.position)


def relinked(change: Tamper) -> Tamper:
    def run(drill: Drill) -> None:
        change(drill)
        drill.relink(drill.cases[0].pk)

    return run


def whole_case(drill: Drill) -> None:
    pk = drill.cases[0].pk
    for model in (Entry, Look, Step):
        model._default_manager.filter(case_id=pk).delete()
    Place.objects.filter(subject_id=pk).delete()


def last_look(drill: Drill) -> None:
    Look.objects.filter(case_id=drill.cases[0].pk, seq=3).delete()
    Place.objects.filter(subject_id=drill.cases[0].pk, chain="look", seq=3).delete()


DAY = date(2026, 5, 1)
WIDE = {"the last checkpoint", "latest batch cut off"}
"""What is done to the whole log; all the rest names no case but the one that was touched."""
TRIED: dict[str, tuple[Tamper, list[str]]] = {
    "text of a step": (lambda d: at(1, Step)(d).update(note="x"), ["步骤内容被改动：{a} 第 1 条步骤"]),
    "organ of an entry": (lambda d: at(2)(d).update(organ_id=5), ["记录被改动：{a} 第 2 条步骤"]),
    "day of a step": (lambda d: at(2, Step)(d).update(on=DAY), ["步骤内容被改动：{a} 第 2 条步骤"]),
    "day of both, hashes made to fit": (
        relinked(lambda d: (at(2, Step)(d).update(on=DAY), at(2)(d).update(on=DAY))),
        ["与日志中的不符", "{a} 第 2 条步骤"],
    ),
    "text, all hashes of the case made to fit": (
        relinked(lambda d: at(1, Step)(d).update(note="x")),
        ["{a} 第 1 条步骤", "{a} 第 2 条步骤"],
    ),
    "last step": (lambda d: (at(2, Step)(d).delete(), at(2)(d).delete()), ["记录被删除", "{a} 第 2 条步骤"]),
    "first step": (
        lambda d: (at(1, Step)(d).delete(), at(1)(d).delete()),
        ["缺少记录：{a} 第 1 条步骤", "没有接在前一条之后：{a} 第 2 条步骤"],
    ),
    "step without its entry": (lambda d: at(2)(d).delete(), ["步骤没有记录：{a} 第 2 条步骤"]),
    "entry without its step": (lambda d: at(2, Step)(d).delete(), ["步骤缺失：{a} 第 2 条步骤"]),
    "whole case with its places": (whole_case, ["记录被删除（日志第"]),
    "purpose of a look": (lambda d: at(2, Look)(d).update(purpose="送达"), ["记录被改动：{a} 第 2 条查看"]),
    "middle look": (lambda d: at(2, Look)(d).delete(), ["缺少记录：{a} 第 2 条查看"]),
    "last look with its place": (last_look, ["记录被删除（日志第"]),
    "order of looks": (swap, ["与日志中的不符", "{a} 第 1 条查看", "{a} 第 2 条查看"]),
    "order of places": (swapped_places, ["与日志中的不符", "次序被改动：{a} 第 2 条查看"]),
    "a grant": (lambda d: Event.objects.filter(organ_id=7).delete(), ["记录被删除", "7 第 1 条事项"]),
    "facts of a grant": (
        lambda d: Event.objects.update(facts={"role": "head"}),
        ["步骤内容被改动：7 第 1 条事项"],
    ),
    "salt": (lambda d: at(1)(d).update(salt=b""), ["盐被销毁而没有销毁记录：{a} 第 1 条步骤"]),
    "a leaf": (
        lambda d: leaf(d).update(hash="0" * 64),
        ["日志被改写：前 32 条", "与日志中的不符", "{a} 第 1 条步骤"],
    ),
    "a leaf gone": (
        lambda d: leaf(d).delete(),
        ["日志被改写：前 32 条", "与日志中的不符", "{a} 第 1 条步骤"],
    ),
    "a pad": (lambda d: Pad.objects.filter(position=3).delete(), ["记录被删除（日志第 3 位）"]),
    "a root": (lambda d: Checkpoint.objects.filter(size=16).update(root="0" * 64), ["前 16 条"]),
    "time of a checkpoint": (
        lambda d: Checkpoint.objects.filter(size=16).update(at=F("at") - timedelta(days=1)),
        ["检查点签名不对：16"],
    ),
    "the last checkpoint": (
        lambda d: (Checkpoint.objects.filter(size=32).delete(), Cosignature.objects.filter(size=32).delete()),
        ["日志变短了：原有 32 条，现有 16 条"],
    ),
    "latest batch cut off": (
        lambda d: (
            TreeNode.objects.filter(position__gte=16).delete(),
            Place.objects.all().delete(),
            Pad.objects.filter(position__gte=16).delete(),
            Checkpoint.objects.filter(size=32).delete(),
            Cosignature.objects.filter(size=32).delete(),
        ),
        ["日志变短了：原有 32 条，现有 16 条", "在日志中的位置变了：{a} 第 1 条步骤"],
    ),
}


@pytest.mark.parametrize("tried", TRIED)
def test_log_01_02_04_each_change_is_named(drill: Drill, tried: str) -> None:
    tamper, said = TRIED[tried]
    before, kept = drill.export(), drill.keep(evidence.checkpoint())
    sane = drill.verify(before, "--against", kept)
    assert sane.returncode == 0, sane.stdout + sane.stderr
    tamper(drill)
    done = drill.verify(drill.export(), "--against", kept, "--before", before)
    assert done.returncode == 1, done.stdout + done.stderr
    for part in said:
        assert part.format(a=drill.cases[0].pk) in done.stdout, done.stdout
    assert str(drill.cases[1].pk) not in done.stdout.replace(str(drill.cases[0].pk), "") or tried in WIDE


def test_log_03_everything_rebuilt_and_signed_with_the_stolen_key(drill: Drill) -> None:
    drill.witnessed()
    before, kept, proof = drill.export(), drill.keep(evidence.checkpoint()), drill.proof()
    at(1, Step)(drill).update(note="从未提交")  # type: ignore[attr-defined]
    drill.relink(drill.cases[0].pk)
    drill.rebuild("2026-05-05", "2026-05-08")
    after = drill.export()
    assert drill.verify(after).returncode == 0
    done = drill.verify(after, "--against", kept)
    assert done.returncode == 1 and "在第 32 条之前被改写" in done.stdout
    done = drill.verify(after, "--before", before)
    assert f"与从前的证明不同：{drill.cases[0].pk} 第 1 条步骤" in done.stdout
    done = drill.verify(drill.proof(since=32), "--before", proof)
    assert done.returncode == 1 and "在第 32 条之前被改写" in done.stdout
    assert f"与从前的证明不同：{drill.cases[0].pk} 第 2 条步骤" in done.stdout
    with pytest.raises(witness.Fork, match="被改写"):
        drill.witnessed(since=32)


def test_log_03_a_rebuilt_log_that_grew_is_not_signed_by_the_witness(drill: Drill) -> None:
    drill.witnessed()
    at(1, Look)(drill).delete()  # type: ignore[attr-defined]
    drill.rebuild("2026-05-05", "2026-05-08", "2026-05-09")
    with pytest.raises(witness.Fork, match="第 32 条之前被改写"):
        drill.witnessed(since=32)


def test_log_02_a_shorter_log_is_not_signed_by_the_witness(drill: Drill) -> None:
    drill.witnessed()
    drill.rebuild("2026-05-05")
    size = Checkpoint.objects.count() and log.store.last_checkpoint().size  # type: ignore[union-attr]
    assert size < 32
    with pytest.raises(witness.Fork, match="日志变短了"):
        drill.witnessed(since=0)


def test_log_04_a_back_dated_step_is_shown_as_recorded_later(drill: Drill) -> None:
    pk = drill.cases[0].pk
    last = Entry.objects.filter(case_id=pk).order_by("-seq").first()
    step = Step.objects.get(case_id=pk, seq=2)
    assert last is not None
    Step.objects.filter(case_id=pk, seq=2).update(seq=3)
    step.note = "补写"
    step.seq, step.key = 3, "forged"
    Step.objects.filter(case_id=pk, seq=3).update(seq=2)
    step.on, step.at = on("2026-05-06").on, on("2026-05-06").at
    step.save(force_insert=True)
    chain.entry(
        case_id=pk, seq=3, act="case.reply", organ_id=1, staff_id=2, on=step.on, at=step.at,
        payload=step.payload(), prev=last.hash,
    ).save(force_insert=True)  # fmt: skip
    done = drill.verify(drill.export())
    assert done.returncode == 1 and f"没有进入日志：{pk} 第 3 条步骤" in done.stdout
    log.sequence(on("2026-05-09"))
    done = drill.verify(drill.export())
    assert done.returncode == 1
    assert f"补记：所写时间早于进入日志的时间：{pk} 第 3 条步骤" in done.stdout
    assert f"Recorded later than it says: {pk} act 3" in drill.verify(drill.export(), "--lang", "en").stdout


def test_log_05_two_trees_for_two_petitioners(drill: Drill) -> None:
    line = drill.witnessed()
    shown = json.loads(drill.proof().read_text(encoding="utf-8"))
    shown["checkpoint"] += f"{line}\n"
    trust = ("--witness", drill.court_key)
    assert drill.verify(drill.keep(json.dumps(shown)), *trust).returncode == 0
    drill.relink(drill.cases[1].pk)
    Look.objects.filter(case_id=drill.cases[0].pk, seq=3).delete()
    drill.rebuild("2026-05-05", "2026-05-08")
    other = json.loads(drill.proof().read_text(encoding="utf-8"))
    done = drill.verify(drill.keep(json.dumps(other)), *trust)
    assert done.returncode == 1 and "见证不够：要 1 个，只有 0 个" in done.stdout
    other["checkpoint"] += f"{line}\n"
    assert drill.verify(drill.keep(json.dumps(other)), *trust).returncode == 1


@pytest.mark.parametrize("key", [True, False])
def test_log_03_the_system_itself_does_not_build_on_a_changed_tree(drill: Drill, key: bool) -> None:
    leaf(drill).update(hash="0" * 64)
    drill.look(12)
    if not key:
        drill.file.unlink()
    with pytest.raises(witness.Fork if key else log.LogDamaged, match=r"被改写|前 32 条与检查点不符"):
        log.sequence(on("2026-05-09"))
    assert Checkpoint.objects.count() == 2


@pytest.mark.parametrize("key", [True, False])
def test_log_03_leaves_behind_the_last_checkpoint_are_noticed(drill: Drill, key: bool) -> None:
    Checkpoint.objects.filter(size=32).delete()
    if not key:
        drill.file.unlink()
    with pytest.raises(witness.Fork if key else log.LogDamaged, match=r"曾签名 32 条|没有检查点"):
        log.sequence(on("2026-05-09"))


def test_bkp_05_a_restored_older_database_is_not_signed(drill: Drill) -> None:
    TreeNode.objects.filter(position__gte=16).delete()
    Pad.objects.filter(position__gte=16).delete()
    for model in (Checkpoint, Cosignature):
        model._default_manager.filter(size=32).delete()
    Place.objects.all().delete()
    with pytest.raises(witness.Fork, match="16 条，曾签名 32 条"):
        log.sign()
    with pytest.raises(witness.Fork):
        log.sequence(on("2026-05-09"))
    assert Checkpoint.objects.count() == Cosignature.objects.count() == 1


@pytest.mark.parametrize("contents", [False, True])
def test_no_identity_and_no_words_of_a_petition_are_in_an_export(drill: Drill, contents: bool) -> None:
    text = CaseText.objects.get(case_id=drill.cases[0].pk).body
    for file in drill.export(contents=contents).glob("*"):
        written = file.read_text(encoding="utf-8")
        assert not [word for word in (text, *XIN.values()) if word in written], file.name


def test_log_01_to_05_the_drill_for_people_to_watch_runs_and_all_is_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.ledger.show"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 / 12 次被查出" in done.stdout
    assert done.stdout.count("见证单位 witness: anzhou.example/log：日志在第 32 条之前被改写") == 6
