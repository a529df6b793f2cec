"""`lianxin inspection export` and `verify`: the record of a draw, and drawing it again on any computer."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from lianxin.config.commands.shell import Stop, add_command, add_group, ready_with_tables, say


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the two commands."""
    group = add_group(
        parsers,
        "inspection",
        short="专项督查的抽样 the draw of a special inspection",
        about="导出专项督查的抽样记录，离线重新抽样核对。\n"
        "Export the record of a special inspection's draw, and draw it again offline.",
    )
    export = add_command(
        group,
        "export",
        run=_export,
        short="导出抽样记录 write the record of a draw",
        about="把一次专项督查的种子、摘要、抽样框和样本写成 JSON。里面只有信访件的内部编号，没有内容和身份信息。\n"
        "Write seed, digests, frame and sample of one inspection as JSON: internal ids only.",
        example="lianxin inspection export 912628468745764864 > draw.json",
    )
    export.add_argument("id", type=int, help="督查页面地址里的编号 the number in the page's address")
    verify = add_command(
        group,
        "verify",
        run=_verify,
        short="离线核对抽样 draw the sample again",
        about="用公布的种子重新抽一遍，核对摘要和样本；不需要数据库和密钥。一致返回 0，否则返回 1。\n"
        "Draw again with the published seed and compare; needs neither database nor keys. Exit code 0 or 1.",
        example="lianxin inspection verify draw.json",
    )
    verify.add_argument("file", type=Path, help="抽样记录 the record")


def _export(options: Namespace) -> int:
    """Write the record of one draw to the standard output."""
    ready_with_tables()
    from lianxin.oversight.models import Inspection, Sample

    found = Inspection.objects.filter(pk=options.id).exclude(state=Inspection.State.PLANNED).first()
    if found is None:
        raise Stop("没有这次督查，或者还没有抽样。请核对编号。")
    sample = Sample.objects.filter(inspection=found).order_by("case_id").values_list("case_id", flat=True)
    record = {
        "inspection": str(found.pk),
        "topic": found.topic,
        "seed_hash": found.seed_hash,
        "seed": found.seed,
        "frame_hash": found.frame_hash,
        "size": found.size,
        "frame": [int(line) for line in found.frame.splitlines()],
        "sample": list(sample),
    }
    json.dump(record, sys.stdout, ensure_ascii=False, indent=1)
    say()
    return 0


def _verify(options: Namespace) -> int:
    """Draw the sample of a record again."""
    from lianxin.oversight.drawing import faults

    try:
        record = json.loads(options.file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Stop(f"读不了 {options.file}：{error.strerror}。") from None
    except ValueError:
        raise Stop(f"{options.file} 不是抽样记录（JSON）。") from None
    found = faults(record) if isinstance(record, dict) else ["记录不完整"]
    for sentence in found:
        say(f"不符：{sentence}。")
    if not found:
        say("一致：用公布的种子重新抽样，得到同一份样本。")
    return 1 if found else 0
