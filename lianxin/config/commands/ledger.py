"""`lianxin log …`: the transparency log; its key, batches, proofs, witnesses and exports."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator, Mapping
from pathlib import Path

from lianxin.config.commands.shell import (
    Stop,
    add_command,
    add_group,
    bar,
    now,
    ready,
    ready_with_tables,
    say,
)


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the group."""
    group = add_group(
        parsers,
        "log",
        short="透明日志 the transparency log",
        about="每一步、每一次查看都进入只增不减的日志；任何人拿着证明可以自己核对。\n"
        "Every act and look enters an append-only log; whoever holds a proof can check it himself.",
    )
    add_command(
        group,
        "key",
        run=key,
        short="生成密钥，显示公钥 make the key, show the public key",
        about="没有签名密钥时生成一把，显示日志的公钥。请把公钥印在办事大厅、登在网站，交给见证单位。\n"
        "Make the signing key where there is none and print the verifier key, to be published and given to witnesses.",
    )
    parser = add_command(
        group,
        "sequence",
        run=sequence,
        short="写入日志、签检查点 append and sign",
        about="把新的记录写入日志并签检查点。每十分钟至多一批，可以重复运行。\n"
        "Append what is new and sign a checkpoint; at most one batch in ten minutes, safe to run twice.",
    )
    parser.add_argument("--thorough", action="store_true", help="查全部记录 look through all rows")
    parser = add_command(
        group,
        "checkpoint",
        run=checkpoint,
        short="输出检查点 print the checkpoint",
        about="输出最新的检查点；加 --since 时输出给见证单位的请求，附从那时起的增长证明。\n"
        "Print the latest checkpoint; with --since a request to a witness, with the proof of growth from there.",
    )
    parser.add_argument("--since", type=int, help="见证单位上次所见的条数 size the witness saw last")
    parser = add_command(
        group,
        "witness",
        run=witness,
        short="见证别的机关的日志 cosign another organ's log",
        about="核对检查点只增不减后签名；变短、改写的不签，返回 1。不需要数据库。\n"
        "Cosign requests that show consistent growth; refuses a fork or a shrunken log with exit code 1. No database needed.",
        example="lianxin log witness request.txt --log log.pub --name court.example --key witness_key --state seen.json",
    )
    parser.add_argument("requests", nargs="+", type=Path, metavar="CHECKPOINT", help="请求或检查点 requests")
    parser.add_argument("--log", required=True, help="日志的公钥，或存放它的文件 verifier key of the log")
    parser.add_argument("--name", required=True, help="见证单位的名称 name of the witness")
    parser.add_argument("--key", required=True, type=Path, help="见证密钥，没有则生成 made when missing")
    parser.add_argument("--state", required=True, type=Path, help="记住上次所见的文件 what was seen last")
    parser = add_command(
        group,
        "accept",
        run=accept,
        short="收下见证签名 take in cosignatures",
        about="收下见证单位签过名的检查点；只认 LIANXIN_LOG_WITNESSES 里的见证单位。\n"
        "Take in checkpoints cosigned by the witnesses named in LIANXIN_LOG_WITNESSES.",
    )
    parser.add_argument(
        "notes", nargs="+", type=Path, metavar="NOTE", help="签过名的检查点 cosigned checkpoint"
    )
    parser = add_command(
        group,
        "proof",
        run=proof,
        short="输出一件的证明 print the proof of an item",
        about="输出一件信访事项的证明，供当事人自己核对。\nPrint the proof of one item, to be checked offline.",
    )
    parser.add_argument("number", help="编号 item number")
    parser.add_argument("--every", action="store_true", help="每一步都证明 prove each act")
    parser.add_argument("--since", type=int, help="从前证明的日志条数 size of the older proof")
    parser = add_command(
        group,
        "export",
        run=export,
        short="导出供离线核对 export for offline checking",
        about="把核对所需写入空文件夹，连同核对程序 verify_log.py；不含身份信息，不含内容（除非加 --contents）。\n"
        "Write all the offline verifier needs into an empty folder, with the verifier; no identity, and no content unless asked.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="空文件夹 an empty folder")
    parser.add_argument("--contents", action="store_true", help="附步骤内容 add the contents of steps")


def key(options: Namespace) -> int:
    """Make the key where there is none, and print the public one."""
    ready()
    from django.conf import settings

    from lianxin.ledger.notes import make_key, read_signer

    if make_key(settings.LOG_KEY_FILE):
        say(f"已生成 {settings.LOG_KEY_FILE}，请备份到别处，不要放进数据库的备份。")
    say(read_signer(settings.LOG_KEY_FILE, settings.LOG_ORIGIN).shown())
    return 0


def sequence(options: Namespace) -> int:
    """Append one batch."""
    ready_with_tables()
    from lianxin.ledger.log import sequence as run

    done = run(now(), thorough=options.thorough)
    say(f"写入 {done.rows} 条，填充 {done.pads} 条，日志共 {done.size} 条，签检查点 {done.signed} 个。")
    if done.size and not done.signed:
        from django.conf import settings

        if not settings.LOG_KEY_FILE.exists():
            say("还没有签名密钥，检查点没有签名。请运行 lianxin log key。")
    return 0


def checkpoint(options: Namespace) -> int:
    """Print the checkpoint or a request."""
    ready_with_tables()
    from lianxin.ledger import evidence

    try:
        text = evidence.checkpoint() if options.since is None else evidence.request(options.since)
    except ValueError:
        raise Stop(f"日志没有 {options.since} 条，或者还没有签名的检查点。") from None
    if not text:
        raise Stop("还没有签名的检查点。请先运行 lianxin log key 和 lianxin log sequence。", code=1)
    print(text, end="", flush=True)
    return 0


def witness(options: Namespace) -> int:
    """Cosign what has grown consistently; print the cosigned note or say why not."""
    from lianxin.ledger import notes
    from lianxin.ledger.proofs import COSIGNATURE, Unreadable, read_key
    from lianxin.ledger.witness import Fork, cosign, read_request

    if notes.make_key(options.key):
        signer = notes.read_signer(options.key, options.name)
        print(f"已生成见证密钥 {options.key}，公钥：{signer.shown(COSIGNATURE)}", file=sys.stderr)
    signer = notes.read_signer(options.key, options.name)
    try:
        log = read_key(options.log if "+" in options.log else Path(options.log).read_text(encoding="utf-8"))
    except (Unreadable, OSError) as error:
        raise Stop(f"日志公钥不能用：{error}") from None
    for file in options.requests:
        try:
            text = file.read_text(encoding="utf-8")
            line = cosign(text, log=log, signer=signer, state=options.state, time=int(time.time()))
        except Fork as error:
            raise Stop(str(error), code=1) from None
        except (Unreadable, OSError) as error:
            raise Stop(f"{file} 不能读取：{error}") from None
        print(f"{read_request(text)[3]}{line}", flush=True)
    return 0


def accept(options: Namespace) -> int:
    """Take in cosignatures."""
    ready_with_tables()
    from lianxin.ledger.log import accept as run
    from lianxin.ledger.proofs import Unreadable

    new = 0
    for file in options.notes:
        try:
            new += run(file.read_text(encoding="utf-8"))
        except (Unreadable, OSError) as error:
            raise Stop(f"{file} 不能读取：{error}") from None
    say(f"收下见证签名 {new} 个。")
    return 0


def proof(options: Namespace) -> int:
    """Print the proof of one item."""
    ready_with_tables()
    from lianxin.cases.numbers import read_number
    from lianxin.jobs import integrity
    from lianxin.ledger import evidence

    number = read_number(options.number)
    found = list(integrity.case_ids(number)) if number else []
    if not found:
        raise Stop(f"没有编号为 {options.number} 的信访件，或者编号的格式不对。", code=1)
    bundle = evidence.bundle(found[0], every=options.every, since=options.since)
    say(json.dumps(bundle, ensure_ascii=False, separators=(",", ":")))
    return 0


def export(options: Namespace) -> int:
    """Write the export."""
    ready_with_tables()
    from lianxin.ledger import export as exporting

    with bar(what="导出", unit="件") as progress:
        try:
            counts = exporting.write(
                options.folder,
                payloads=payloads,
                case_ids=case_ids(),
                contents=options.contents,
                told=progress.update,
            )
        except FileExistsError:
            raise Stop(f"文件夹 {options.folder} 不是空的。请另选一个。") from None
        except OSError as error:
            raise Stop(f"不能写入 {options.folder}：{error.strerror}。") from None
    say(f"已导出 {counts['rows']} 条记录、{counts['leaves']} 个叶子、{counts['checkpoints']} 个检查点。")
    say(f"核对：python3 {options.folder / exporting.VERIFIER} {options.folder} --key 日志公钥")
    return 0


def case_ids() -> Iterator[int]:
    """Yield the ids of all cases that have steps, also of those whose case row is gone."""
    from lianxin.cases.models import Step

    last = 0
    while (found := Step.objects.filter(case_id__gt=last).order_by("case_id").first()) is not None:
        last = found.case_id
        yield last


def payloads(case_id: int) -> Mapping[int, Mapping[str, object]]:
    """Return what is stored of each step of a case."""
    from lianxin.cases.models import Step

    return {step.seq: step.payload() for step in Step.objects.filter(case_id=case_id)}
