"""What the verifier says of each finding, in Chinese and in English. Part of the offline verifier."""

from __future__ import annotations

from typing import Any

CHAINS = {"act": ("步骤", "act"), "look": ("查看", "look"), "event": ("事项", "event")}
SAID = {
    "ok_proof": (
        "证明成立：第 {n} 步在日志第 {p} 位，日志共 {size} 条。",
        "Proof holds: step {n} is leaf {p} of {size}.",
    ),
    "ok_export": (
        "全部无误：{rows} 条记录，{size} 个叶子，{points} 个检查点。",
        "All holds: {rows} rows, {size} leaves, {points} checkpoints.",
    ),
    "waiting": ("还没有写入日志的 {n} 条，属正常。", "{n} rows wait for the next batch, as is normal."),
    "erased": ("内容已依规销毁：{name}", "Content was erased on record: {name}"),
    "unsigned": ("检查点 {size} 还没有签名。", "Checkpoint {size} is not signed yet."),
    "signature": ("检查点签名不对：{size}", "The signature of checkpoint {size} is wrong"),
    "quorum": ("见证不够：要 {want} 个，只有 {got} 个", "Too few witnesses: {want} wanted, {got} there"),
    "root": (
        "日志被改写：前 {size} 条与检查点不符",
        "The log was rewritten: its first {size} leaves do not match the checkpoint",
    ),
    "shrunk": (
        "日志变短了：原有 {old} 条，现有 {new} 条",
        "The log has shrunk: {old} leaves before, {new} now",
    ),
    "growth": (
        "与旧检查点不一致：日志在第 {old} 条之前被改写",
        "Inconsistent with the older checkpoint: rewritten before leaf {old}",
    ),
    "no_growth": ("缺少从 {old} 条起的增长证明", "The proof of growth from {old} leaves is missing"),
    "inclusion": ("证明不成立：{name}", "The proof does not hold: {name}"),
    "differs": ("与从前的证明不同：{name}", "Differs from the proof given before: {name}"),
    "moved": ("在日志中的位置变了：{name}", "Its place in the log changed: {name}"),
    "gap": ("缺少记录：{name}", "Row is missing: {name}"),
    "link": ("没有接在前一条之后：{name}", "Not chained to the row before: {name}"),
    "changed": ("记录被改动：{name}", "Row was changed: {name}"),
    "leaf": ("与日志中的不符（第 {p} 位）：{name}", "Not what entered the log at leaf {p}: {name}"),
    "order": ("次序被改动：{name}", "Order was changed: {name}"),
    "later": ("补记：所写时间早于进入日志的时间：{name}", "Recorded later than it says: {name}"),
    "missing": ("没有进入日志：{name}", "Never entered the log: {name}"),
    "deleted": ("记录被删除（日志第 {p} 位）：{name}", "Row was deleted (leaf {p}): {name}"),
    "step": ("步骤内容被改动：{name}", "The step was changed: {name}"),
    "no_step": ("步骤缺失：{name}", "The step is missing: {name}"),
    "no_entry": ("步骤没有记录：{name}", "Step without entry: {name}"),
    "salt": ("盐被销毁而没有销毁记录：{name}", "The salt is gone without a record of erasure: {name}"),
    "rewritten": ("日志第 {p} 位与从前的导出不同：{name}", "Leaf {p} differs from the older export: {name}"),
}


def say(code: str, facts: dict[str, Any], language: str) -> str:
    """Return the sentence of a finding in `zh` or `en`."""
    english = language == "en"
    if "row" in facts:
        chain, subject, seq = facts["row"]
        word = CHAINS[chain][english]
        facts = {**facts, "name": f"{subject} {word} {seq}" if english else f"{subject} 第 {seq} 条{word}"}
    return SAID[code][english].format(**{"name": "\u2014", **facts})
