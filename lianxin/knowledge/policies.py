"""Who may write, publish and withdraw knowledge. Everybody at the desk may read what is published."""

from __future__ import annotations

from lianxin.knowledge.models import Article, State
from lianxin.organs.actors import Actor
from lianxin.organs.models import Role
from lianxin.organs.selectors import path_ids
from lianxin.procedure.errors import Refused

ARTICLE = "信访工作条例 第十八条"
PUBLISHERS = (Role.ORGAN_ADMIN, Role.HEAD)


class NotYourKnowledge(Refused):
    """The officer may not do this to an article."""

    default_code = "BAD_ROLE"


def may_write(actor: Actor) -> bool:
    """Tell whether the officer may write articles for the own organ."""
    return actor.has(Role.ORGAN_ADMIN)


def may_publish_any(actor: Actor) -> bool:
    """Tell whether the officer may publish what somebody else in the organ has written."""
    return actor.has(*PUBLISHERS)


def may_see(actor: Actor, article: Article) -> bool:
    """Tell whether an article is there for the officer: published ones are for all, others for those who keep them."""
    if article.state == State.PUBLISHED:
        return True
    return article.organ_id == actor.organ.pk and (may_write(actor) or may_publish_any(actor))


def check_write(actor: Actor) -> None:
    """Raise NotYourKnowledge unless the officer may write articles."""
    if not may_write(actor):
        raise NotYourKnowledge("政策条目由机构管理员撰写", article=ARTICLE)


def check_edit(actor: Actor, article: Article) -> None:
    """Raise NotYourKnowledge unless the article is a draft of the own organ: what is published never changes."""
    check_write(actor)
    if article.organ_id != actor.organ.pk:
        raise NotYourKnowledge("这一条不是本机构撰写的", article=ARTICLE)
    if article.state != State.DRAFT:
        raise NotYourKnowledge(
            "已经发布的条目不能修改", article=ARTICLE, instead="请写一个新版本，从新的施行日期起生效。"
        )


def check_publish(actor: Actor, article: Article) -> None:
    """Raise NotYourKnowledge unless another person of the same organ than the writer publishes a draft."""
    if not may_publish_any(actor) or article.organ_id != actor.organ.pk:
        raise NotYourKnowledge("由本机构的另一位机构管理员或者负责人发布", article=ARTICLE)
    if article.state != State.DRAFT:
        raise NotYourKnowledge("这一条不是草稿", article=ARTICLE)
    if article.writer_id == actor.staff.pk:
        raise NotYourKnowledge(
            "撰写的人不能自己发布", article=ARTICLE, instead="请另一位机构管理员或者负责人核对后发布。"
        )


def check_withdraw(actor: Actor, article: Article) -> None:
    """Raise NotYourKnowledge unless the article was published by the own organ or one below it."""
    own = article.organ is not None and actor.organ.pk in path_ids(article.organ.path)
    if not may_publish_any(actor) or not own:
        raise NotYourKnowledge("由发布的机构撤下", article=ARTICLE)
    if article.state != State.PUBLISHED:
        raise NotYourKnowledge("这一条没有发布", article=ARTICLE)
