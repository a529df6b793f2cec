"""What is set up wrongly, said loudly: what it is, what follows for petitioners, what to do about it. It is about organs and the
installation, never about persons; nothing is counted per officer.

`of_organs` are gaps in an organ and those below it, `of_law` what the rules lack, `of_system` what the installation lacks.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lianxin.cases.models import Case, CaseWords, WorkItem
from lianxin.cases.policies import CASE_ROLES, THERE
from lianxin.cases.walls import clear_of
from lianxin.ledger import behind, face, store
from lianxin.organs.actors import Actor
from lianxin.organs.models import Organ, OrganKind, OrganLevel, Post, Region, Role
from lianxin.organs.selectors import in_force, path_ids
from lianxin.papers import fonts
from lianxin.procedure.book import book_for
from lianxin.procedure.calendar import load_calendar

NOW, SOON, KNOW = "now", "soon", "know"
"""How pressing: it harms somebody now; it will; it should be known."""
ORDER = (NOW, SOON, KNOW)
NAMED = 12
"""So many organs are named in one line; the others are counted."""
LATE = timedelta(hours=26)
"""The sweep runs every night."""
ROOM = 2 * 1024**3
BEFORE_NEW_YEAR = 11
"""The notice of the next year's holidays comes in November as a rule."""


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that is wrong, in words; `where` names organs, `more` counts those not named."""

    code: str
    weight: str
    what: str
    follows: str
    remedy: str
    where: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """One organ as it is looked at: its row, whether it is in force, and which roles somebody in use holds in it."""

    pk: int
    name: str
    path: str
    kind: str
    level: str
    region_id: int
    there: bool
    roles: frozenset[str]

    @property
    def receives(self) -> bool:
        """Tell whether petitions come to it by law."""
        return self.there and self.kind == OrganKind.CIVIL_AFFAIRS


def of_organs(root: Organ, *, on: date, actor: Actor | None = None) -> list[Ailment]:
    """Return the gaps in an organ and those below it. Four queries. What is behind a wall of `actor` is left out."""
    places = _places(root, on=on)
    below = [one for one in places.values() if one.path.startswith(root.path)]
    found = [
        *_unmanned(places, below),
        *_ended(below),
        *_stuck(below, actor),
        *_uncovered(root, below, on=on),
    ]
    return [one for one in found if one.where]


def of_law(*, on: date) -> Iterator[Ailment]:
    """Yield what the rules lack. No query."""
    calendar, book = load_calendar(), book_for(on)
    if not calendar.announced(on.year):
        yield _year(NOW, on.year)
    elif on.month >= BEFORE_NEW_YEAR and not calendar.announced(on.year + 1):
        yield _year(SOON, on.year + 1)
    if book.in_force_to is not None and book.in_force_to < on:
        yield Ailment(
            "rulebook",
            NOW,
            _("规则“%(name)s”已经失效，没有新的规则") % {"name": book.label},
            _("新收到的信访件按失效的规定计算期限和权利。"),
            _("请升级到有新规则的版本，或者按操作手册增加规则。"),
        )


def of_system(*, at: datetime) -> Iterator[Ailment]:
    """Yield what the installation lacks: settings, the nightly run, the log, the index of words, room. Six queries at most."""
    yield from _running(at)
    yield from _settings()
    free = _free(settings.DATA_DIR)
    if free is not None and free < ROOM:
        yield Ailment(
            "room",
            NOW,
            _("数据盘只剩 %(n)s MB") % {"n": free // 1024**2},
            _("盘满以后收不进信访件和材料，正在办理的也存不下。"),
            _("请清理或者扩大数据盘。"),
        )


def _places(root: Organ, *, on: date) -> dict[int, Place]:
    """Return an organ, those above and those below it, ended ones too. Two queries."""
    way = Q(path__startswith=root.path) | Q(pk__in=path_ids(root.path))
    held: dict[int, set[str]] = defaultdict(set)
    posts = Post.objects.held_on(on).filter(staff__is_active=True)
    near = Q(organ__path__startswith=root.path) | Q(organ_id__in=path_ids(root.path))
    for organ_id, role in posts.filter(near).values_list("organ_id", "role"):
        held[organ_id].add(role)
    columns = ("pk", "name", "path", "kind", "level", "region_id")
    rows = Organ.objects.filter(way).annotate(there=Exists(_itself(on))).order_by("path")
    return {
        row["pk"]: Place(**row, roles=frozenset(held[row["pk"]])) for row in rows.values(*columns, "there")
    }


def _itself(on: date) -> QuerySet[Organ]:
    return Organ.objects.filter(in_force(on), pk=OuterRef("pk"))


def _unmanned(places: Mapping[int, Place], below: Collection[Place]) -> Iterator[Ailment]:
    """Yield the organs to which petitions come by law and that lack somebody for a step."""
    mine = [one for one in below if one.receives and one.level != OrganLevel.VILLAGE]
    empty = [one for one in mine if not one.roles & CASE_ROLES]
    staffed = [one for one in mine if one not in empty]
    yield _named(
        "empty", NOW, empty,
        _("机构里没有一个人有办理信访件的岗位"),
        _("寄到、报到这里的信访件没有人看得到，期限照样走。"),
        _("请给工作人员岗位，或者请上级机构代收。"),
    )  # fmt: skip
    yield _named(
        "window", NOW, _without(staffed, Role.WINDOW, Role.INTAKE),
        _("没有登记接待、也没有甄别分派的人"),
        _("来信来访没有人登记、受理，群众网上提交的没有人接。"),
        _("请至少给一个人“登记接待”或者“甄别分派”的岗位。"),
    )  # fmt: skip
    yield _named(
        "handler", NOW, _without(staffed, Role.HANDLER),
        _("没有承办的人"),
        _("信访件受理以后派不出去，没有人调查和答复。"),
        _("请至少给一个人“承办”的岗位。"),
    )  # fmt: skip
    yield _named(
        "head", NOW, _without(staffed, Role.HEAD),
        _("没有负责人，处理意见没有人签发"),
        _("信访人等不到签发的答复，复查、复核的权利也用不上。"),
        _("请给负责人“负责人”的岗位；外出时请另设代理的岗位和日期。"),
    )  # fmt: skip
    yield _named(
        "report_desk", NOW, _alone(places, staffed, Role.REPORT_DESK),
        _("本机构和上面各级都没有检举控告专办人员"),
        _("检举控告没有人能打开，也不能交给普通岗位。"),
        _("请给一个人“检举控告专办”的岗位，不要与被反映的单位同属一处。"),
    )  # fmt: skip
    yield _named(
        "duty", SOON, _alone(places, staffed, Role.DUTY),
        _("本机构和上面各级都没有值班负责人"),
        _("夜里、节假日出现急事，没有人接报告。"),
        _("请给一个人“值班负责”的岗位。"),
    )  # fmt: skip
    yield _named(
        "organ_admin", SOON, _alone(places, mine, Role.ORGAN_ADMIN),
        _("本机构和上面各级都没有机构管理员"),
        _("人员调动以后岗位没有人改：走了的人还能看，新来的人看不到。"),
        _("请上级给一个人“机构管理”的岗位。"),
    )  # fmt: skip
    yield _named(
        "auditor", KNOW, _alone(places, mine, Role.AUDITOR),
        _("本机构和上面各级都没有审计人员"),
        _("谁看了信访件、查了什么，没有人核对。"),
        _("请给一个不办件的人“审计”的岗位。"),
    )  # fmt: skip


def _ended(below: Collection[Place]) -> Iterator[Ailment]:
    yield _named(
        "ended_posts", NOW, [one for one in below if not one.there and one.roles],
        _("机构已经撤销，还有人在里面任职"),
        _("这些人看得到旧机构的信访件，却不在接手的机构里办理。"),
        _("请结束这些岗位，在接手的机构里另设。"),
    )  # fmt: skip


def _stuck(below: Collection[Place], actor: Actor | None) -> Iterator[Ailment]:
    """Yield the organs that have cases on their list and nobody who could act, or that are ended. One query."""
    unable = {one.pk: one for one in below if not one.there or not one.roles & CASE_ROLES}
    rows = WorkItem.objects.filter(organ_id__in=unable)
    if actor is not None:
        rows = rows.filter(clear_of(actor, "case_id"))
    with face.worn(face.SYSTEM):  # of organs below, which the database shows to their administrators alone
        held = set(rows.values_list("organ_id", flat=True).distinct()) if unable else set()
    yield _named(
        "stuck", NOW, [one for pk, one in unable.items() if pk in held],
        _("有没办完的信访件，机构却已撤销或者没有人办"),
        _("这些信访件停在那里，法定期限照样走。"),
        _("请把信访件转到接手的机构，或者先给人岗位。"),
    )  # fmt: skip


def _uncovered(root: Organ, below: Collection[Place], *, on: date) -> Iterator[Ailment]:
    """Yield the counties under the organ's place that have no civil-affairs organ of their own. One query."""
    covered = {one.region_id for one in below if one.receives}
    regions = Region.objects.filter(in_force(on), path__startswith=root.region.path, level="county")
    names = [
        name for pk, name in regions.order_by("code").values_list("pk", "full_name") if pk not in covered
    ]
    yield Ailment(
        "uncovered",
        KNOW,
        _("这些县（市、区）没有自己的民政部门"),
        _("那里的信访件由上一级接收，没有可以转送的机构，信访人要跑得更远。"),
        _("请登记那里的机构，或者从文件导入。"),
        tuple(names[:NAMED]),
        max(len(names) - NAMED, 0),
    )


def _running(at: datetime) -> Iterator[Ailment]:
    last = store.last_checkpoint()
    if last is None or at - last.at > LATE:
        when = last.at.astimezone().strftime("%Y-%m-%d %H:%M") if last else _("从来没有")
        yield Ailment(
            "sweep",
            NOW,
            _("每天要跑的任务没有跑，上一次：%(when)s") % {"when": when},
            _("快到期、超期的没有人提醒；答复期满的不会办结；存证日志不增长。"),
            _("请检查定时任务 lianxin sweep。"),
        )
    behind.look_if_due(at)
    if behind.is_behind(at):
        yield Ailment(
            "log",
            NOW,
            _("存证日志落后太多"),
            _("工作人员的办理操作现在停着；登记和群众提交照常。"),
            _("请检查定时任务和数据库，再运行 lianxin sweep。"),
        )
    words = CaseWords.objects.filter(case_id=OuterRef("pk"))
    with face.worn(face.SYSTEM):  # of all cases, and of each no more than that it has none
        missing = Case.objects.filter(THERE, ~Exists(words)).exists()
    if missing:
        yield Ailment(
            "words",
            SOON,
            _("有信访件没有检索词，按词查不到"),
            _("核对重复信访、帮信访人找自己的信访件时会漏掉。"),
            _("请运行 lianxin search rebuild。"),
        )


def _settings() -> Iterator[Ailment]:
    if not settings.SCANNER:
        yield Ailment(
            "scanner",
            SOON,
            _("没有设置病毒扫描（SCANNER）"),
            _("信访人交来的文件照样重做、隔离，但是没有查过病毒。"),
            _("请安装 clamd 并设置 LIANXIN_SCANNER。"),
        )
    if not fonts.files(fonts.Setup(tuple(settings.FONT_DIRS))):
        yield Ailment(
            "fonts",
            NOW,
            _("找不到中文字体"),
            _("受理告知、处理意见等文书打印不出来，信访人拿不到。"),
            _("请安装字体，或者设置 LIANXIN_FONT_DIRS（见“字体”手册）。"),
        )
    if not settings.LOG_KEY_FILE.exists():
        yield Ailment(
            "log_key",
            KNOW,
            _("这台服务器上没有存证日志的签名密钥"),
            _("如果跑定时任务的也是这台，检查点没有签名，信访人核对不了存证。"),
            _("请在跑 lianxin sweep 的服务器上生成或者放好密钥。"),
        )
    if not settings.LOG_WITNESSES:
        yield Ailment(
            "witnesses",
            KNOW,
            _("存证日志没有别的机关见证"),
            _("记录被整个换掉时，外面没有人能证明。"),
            _("请约上级或者同级机关作见证，设置 LIANXIN_LOG_WITNESSES。"),
        )
    if not settings.HTTPS and settings.PUBLIC_URL.startswith("https:"):
        yield Ailment(
            "https",
            NOW,
            _("网址是 https，安全 cookie 却没有打开（HTTPS）"),
            _("工作人员的登录可能在路上被人拿走。"),
            _("请设置 LIANXIN_HTTPS=on。"),
        )
    if settings.ERASURE_LIST.parent == settings.DATA_DIR:
        yield Ailment(
            "erasures",
            KNOW,
            _("销毁清单和数据放在一处"),
            _("恢复旧备份时清单一起变旧，已经销毁的个人信息会回来。"),
            _("请把 LIANXIN_ERASURE_LIST 放到备份以外的地方。"),
        )


def _year(weight: str, year: int) -> Ailment:
    return Ailment(
        "calendar",
        weight,
        _("%(year)s 年的放假安排还没有载入") % {"year": year},
        _("这一年按工作日计算的期限只按周末估算，页面上写“暂定”，可能要改。"),
        _("国务院办公厅公布以后，请运行 lianxin holidays 载入。"),
    )


def _named(
    code: str, weight: str, places: Collection[Place], what: str, follows: str, remedy: str
) -> Ailment:
    names = [one.name for one in places]
    return Ailment(code, weight, what, follows, remedy, tuple(names[:NAMED]), max(len(names) - NAMED, 0))


def _without(places: Collection[Place], *roles: str) -> list[Place]:
    return [one for one in places if not one.roles.intersection(roles)]


def _alone(places: Mapping[int, Place], wanted: Collection[Place], role: str) -> list[Place]:
    """Return the organs that have nobody with a role, nor has any above them."""
    held = {pk for pk, one in places.items() if one.there and role in one.roles}
    return [one for one in wanted if held.isdisjoint(path_ids(one.path))]


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
