"""`lianxin keys …`: the root keys; which there are, new ones, bringing everything over to them, shares for paper."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lianxin.config.commands.shell import (
    SettingsError,
    Stop,
    add_command,
    add_group,
    bar,
    now,
    ready_with_tables,
    say,
)

SUITES = {"aes-256-gcm": "aes256gcm", "sm4-gcm": "sm4gcm"}
KIND_WORDS = {"master": "主密钥 master", "index": "索引密钥 index"}
USED_BY = {"people": "当事人", "drafts": "草稿", "secrets": "动态口令", "files": "文件", "tokens": "索引"}
SHEET = """连心 密钥恢复份额：第 {number} 份，共 {shares} 份；任意 {threshold} 份合在一起可以恢复
Lianxin recovery share {number} of {shares}; any {threshold} of them restore the keys

{parts}
请打印在纸上，封好，交给一位保管人，然后删除这个文件。单独一份没有用处。
Print, seal, hand to one keeper, and delete this file. One share alone is of no use.
"""


def arguments(parsers: _SubParsersAction[ArgumentParser]) -> None:
    """Describe the group."""
    group = add_group(
        parsers,
        "keys",
        short="密钥 the root keys",
        about="查看、更换、分存密封身份信息用的密钥。见 docs/howto/keys.md。\nThe keys that seal identities: list, renew, split.",
    )
    add_command(
        group,
        "list",
        run=list_keys,
        short="列出密钥 list the keys",
        about="列出各把密钥的短名、哪一把现用、多少内容还在用它；不显示密钥。\n"
        "List the keys by short name, which is current, and how much stands under each; no key is shown.",
    )
    parser = add_command(
        group,
        "new",
        run=new,
        short="生成新密钥 make a new key",
        about="生成一把新密钥，写入密钥文件；加 --use 立即启用，否则等 lianxin keys use。\n"
        "Make a new key in the keys file; it becomes the current one with --use, or later by `lianxin keys use`.",
    )
    parser.add_argument("--index", action="store_true", help="索引密钥 an index key, not a master key")
    parser.add_argument("--use", action="store_true", help="立即启用 make it the current one")
    parser = add_command(
        group,
        "use",
        run=use,
        short="启用密钥 make a key the current one",
        about="以后都用这一把密封；从前密封的仍用各自的密钥打开。\nSeal with this key from now on.",
    )
    parser.add_argument("key", help="密钥短名 short name")
    parser = add_command(
        group,
        "rotate",
        run=rotate,
        short="全部改用现用密钥 bring all over to the current keys",
        about="把全部内容改用现用的密钥；系统可以照常使用，中断后再运行一次即可。加 --suite 时每份身份信息换方式重新密封。\n"
        "Bring everything over to the current keys while the site goes on; run it again after an interruption. With --suite each\n"
        "identity is sealed anew in that suite.",
    )
    parser.add_argument("--suite", choices=sorted(SUITES), help="密封方式 suite")
    add_command(
        group,
        "check",
        run=check,
        short="检查能否打开 check that all opens",
        about="检查每份身份信息能不能用它的密钥打开，不显示内容；有打不开的返回 1。\n"
        "Check that each identity opens by the key it names; shows nothing. Exit code 0 or 1.",
    )
    parser = add_command(
        group,
        "drop",
        run=drop,
        short="删除旧密钥 drop an old key",
        about="删除不再使用的主密钥；还有内容要用它时拒绝。\n"
        "Drop a master key nothing needs any more; refused while anything does.",
    )
    parser.add_argument("key", help="密钥短名 short name")
    add_command(
        group,
        "wrap",
        run=wrap,
        short="交给密钥服务保护 guard the file by a key service",
        about="用 LIANXIN_KEYS_COMMAND 的密钥服务加密密钥文件里的密钥。\n"
        "Wrap the keys of the keys file by the key service of LIANXIN_KEYS_COMMAND.",
    )
    parser = add_command(
        group,
        "split",
        run=split,
        short="分成几份保管 split for paper",
        about="把现用的主密钥和索引密钥分成几份，每份写成一个文件，打印后分别保管；够数才能恢复。\n"
        "Split the current keys into shares, one file each, to be printed and kept by different people.",
        example="lianxin keys split --shares 5 --threshold 3 --out shares",
    )
    parser.add_argument("--shares", type=int, required=True, help="共几份 how many")
    parser.add_argument("--threshold", type=int, required=True, help="几份能恢复 how many restore the keys")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="空文件夹 a folder that is empty"
    )
    parser = add_command(
        group,
        "join",
        run=join,
        short="用份额恢复密钥 restore from shares",
        about="从抄录的份额恢复密钥，写入密钥文件；不需要原有的密钥。\nRestore the keys from shares that were typed in.",
    )
    parser.add_argument(
        "sheets", nargs="+", type=Path, metavar="FILE", help="抄录的文件 files with the lines"
    )


def list_keys(options: Namespace) -> int:
    """List the keys by short name."""
    ready_with_tables()
    from lianxin.jobs import rotation
    from lianxin.organs import keyring

    used = rotation.in_use()
    for kind, held in keyring.all_rings().items():
        say(KIND_WORDS[kind])
        for name in held:
            of_kind = {
                table: found for table, found in used.items() if (table == "tokens") == (kind == "index")
            }
            counts = [f"{USED_BY[t]} {found[name]}" for t, found in of_kind.items() if found.get(name)]
            say(
                f"  {name}  {'现用 current' if name == held.current else '只用于打开 opens only'}  {'，'.join(counts)}"
            )
    return 0


def new(options: Namespace) -> int:
    """Make a key."""
    ready_with_tables()
    from lianxin.organs import keyring

    kind = "index" if options.index else "master"
    key = keyring.new_root()
    name = keyring.name_of(kind, key)
    _write(keyring.with_key(keyring.all_rings(), kind, key, use=options.use), "made", ring=kind, key=name)
    say(f"已生成 {KIND_WORDS[kind]} {name}，写入 {_file()}。请立即备份这个文件，和数据库分开放。")
    say(
        "现在运行 lianxin keys rotate。"
        if options.use
        else f"所有服务器都有这个文件后，运行 lianxin keys use {name}。"
    )
    return 0


def use(options: Namespace) -> int:
    """Make a key the current one."""
    ready_with_tables()
    from lianxin.organs import keyring

    rings = keyring.all_rings()
    kind = _kind_of(rings, options.key)
    rings = keyring.with_key(rings, kind, rings[kind].keys[options.key], use=True)
    _write(rings, "used", ring=kind, key=options.key)
    say(f"现在用 {KIND_WORDS[kind]} {options.key}。请运行 lianxin keys rotate。")
    return 0


def rotate(options: Namespace) -> int:
    """Bring everything over to the current keys."""
    ready_with_tables()
    from lianxin.jobs import rotation

    with bar(what="更换密钥", unit="项") as progress:
        found = rotation.rotate(
            when=now(), suite=SUITES[options.suite] if options.suite else "", told=progress.update
        )
    say("已改用现用密钥：" + "，".join(f"{USED_BY[kind]} {rows}" for kind, rows in found.done.items()) + "。")
    for kind, some in found.stuck.items():
        say(f"{USED_BY[kind]}有打不开的：{'、'.join(some)}。请把当时的密钥放回密钥文件，再运行一次。")
    return 1 if found.stuck else 0


def check(options: Namespace) -> int:
    """Check that every identity opens."""
    ready_with_tables()
    from lianxin.jobs import rotation

    looked = faulty = 0
    with bar(what="检查", unit="人") as progress:

        def told(rows: int) -> None:
            nonlocal looked
            looked += rows
            progress.update(rows)

        for case_id, seq in rotation.faults(told=told):
            faulty += 1
            progress.write(f"{case_id}/{seq} 打不开")
    say(f"已检查 {looked} 份身份信息，{'都能打开' if not faulty else f'{faulty} 份打不开'}。")
    return 1 if faulty else 0


def drop(options: Namespace) -> int:
    """Drop a master key nothing needs."""
    ready_with_tables()
    from django.conf import settings

    from lianxin.jobs import rotation
    from lianxin.organs import keyring

    rings = keyring.all_rings()
    if _kind_of(rings, options.key) == "index":
        raise Stop("索引密钥不能删除：已经发出的查询码还要靠它核对。")
    held = rings["master"]
    if options.key == held.current:
        raise Stop("这是现用的主密钥，不能删除。")
    if left := rotation.needed(options.key, held.current):
        counts = "，".join(f"{USED_BY[kind]} {count}" for kind, count in left.items())
        raise Stop(f"还有内容要用这把密钥：{counts}。请先运行 lianxin keys rotate。", code=1)
    texts = (settings.MASTER_KEY, *settings.MASTER_KEYS_OLD)
    if options.key in {keyring.name_of("master", keyring.read_hex(text)) for text in texts if text}:
        raise Stop(
            "这把密钥写在 LIANXIN_MASTER_KEY、LIANXIN_MASTER_KEYS_OLD 或者 master_key 文件里，请先从那里删除。"
        )
    keys = {name: key for name, key in held.keys.items() if name != options.key}
    rings["master"] = keyring.Ring("master", held.current, keys)
    _write(rings, "dropped", ring="master", key=options.key)
    say(f"已删除 {options.key}。还要打开旧备份的话，请另外保管这把密钥的份额。")
    return 0


def wrap(options: Namespace) -> int:
    """Have the key service wrap the keys of the file."""
    ready_with_tables()
    from django.conf import settings

    from lianxin.organs import keyring

    if not settings.KEYS_COMMAND:
        raise Stop("还没有设置密钥服务 LIANXIN_KEYS_COMMAND。")
    _write(keyring.read(_file(), keyring.Plain()), "wrapped")
    say(f"{_file()} 里的密钥已由密钥服务加密。原来的文件如有备份，请一并销毁。")
    return 0


def split(options: Namespace) -> int:
    """Write the shares."""
    ready_with_tables()
    from lianxin.config import shares
    from lianxin.jobs import rotation
    from lianxin.organs import keyring

    rings = keyring.all_rings()
    made = {
        kind: shares.split(kind, held.keys[held.current], shares=options.shares, threshold=options.threshold)
        for kind, held in rings.items()
    }
    named = {kind: held.current for kind, held in rings.items()}
    if options.out.exists() and any(options.out.iterdir()):
        raise Stop(f"文件夹 {options.out} 不是空的。请另选一个。")
    rotation.record("split", when=now(), shares=options.shares, threshold=options.threshold, **named)
    for number in range(options.shares):
        parts = [
            f"{KIND_WORDS[kind]} {named[kind]}\n"
            + "".join(f"  {line}\n" for line in shares.written(some[number]))
            for kind, some in made.items()
        ]
        text = SHEET.format(
            number=number + 1, shares=options.shares, threshold=options.threshold, parts="\n".join(parts)
        )
        _put(options.out / f"share-{number + 1}.txt", text)
    say(f"已写入 {options.out} 的 {options.shares} 个文件。请逐一打印、分别封存，然后删除这个文件夹。")
    return 0


def join(options: Namespace) -> int:
    """Restore the keys; it works where there are none."""
    from lianxin.config.commands.installation import stand_in_keys
    from lianxin.config.commands.shell import ready

    missing = stand_in_keys()
    ready()
    from lianxin.config import shares
    from lianxin.organs import keyring

    found: dict[tuple[str, str], list[shares.Share]] = {}
    for sheet in options.sheets:
        try:
            for share in shares.read(sheet.read_text(encoding="utf-8")):
                found.setdefault((share.kind, share.key_id), []).append(share)
        except OSError as error:
            raise Stop(f"{sheet} 不能读取：{error.strerror}。") from None
    if not found:
        raise Stop("这些文件里没有份额。")
    restored = [shares.join(some) for some in found.values()]
    rings = _without_stand_ins() if missing else keyring.all_rings()
    for kind, key in restored:
        rings = keyring.with_key(rings, kind, key, use=False)
    if short := [KIND_WORDS[kind] for kind in keyring.KINDS if kind not in rings]:
        raise Stop(f"还缺 {'、'.join(short)} 的份额，没有写入。", code=1)
    keyring.write(rings, _file(), keyring.wrapper())
    names = [keyring.name_of(kind, key) for kind, key in restored]
    say(f"已恢复 {'、'.join(names)}，写入 {_file()}。请运行 lianxin keys check。")
    _record_joined(names)
    return 0


def _without_stand_ins() -> dict[str, Any]:
    """Return the rings without the keys that only let the settings load."""
    from lianxin.organs import keyring

    empty = bytes(keyring.BYTES)
    found = {
        kind: {name: key for name, key in held.keys.items() if key != empty}
        for kind, held in keyring.all_rings().items()
    }
    return {kind: keyring.Ring(kind, next(iter(keys)), keys) for kind, keys in found.items() if keys}


def _record_joined(names: list[str]) -> None:
    """Record what was restored where there is a database already; a new machine may have none yet."""
    from lianxin.jobs import rotation

    try:
        ready_with_tables()
    except (Stop, SettingsError):
        say("数据库还没有建好，这次恢复没有记入记录。")
        return
    rotation.record("joined", when=now(), keys=names)


def _write(rings: Mapping[str, Any], what: str, **facts: object) -> None:
    """Record the change, then write the file; a record that cannot be written leaves the file as it was."""
    from django.db import transaction

    from lianxin.jobs import rotation
    from lianxin.organs import keyring

    with transaction.atomic():
        rotation.record(what, when=now(), **facts)
        keyring.write(rings, _file(), keyring.wrapper())


def _kind_of(rings: Mapping[str, Any], name: str) -> str:
    kind = next((kind for kind, held in rings.items() if name in held.keys), "")
    if not kind:
        raise Stop(f"没有短名为 {name} 的密钥。用 lianxin keys list 查看。")
    return kind


def _file() -> Path:
    from django.conf import settings

    return Path(settings.KEYS_FILE)


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)
