"""Writing knowledge: one writes, another publishes, nothing published changes, a later edition is a row of its own."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from lianxin.knowledge import selectors, services, shipped
from lianxin.knowledge.models import Article, Paragraph, State
from lianxin.knowledge.policies import NotYourKnowledge
from lianxin.knowledge.services import Ready
from lianxin.knowledge.shipped import ShippedError
from lianxin.ledger.models import Event
from lianxin.procedure.errors import GuardFailed
from tests.cast import Cast, key, on
from tests.knowledge.making import DAY, drafted, published, written

AT = on(DAY).at
pytestmark = pytest.mark.django_db


def test_one_writes_and_another_publishes(cast: Cast) -> None:
    article = drafted(cast)
    assert (article.state, article.organ, article.place) == (
        State.DRAFT,
        cast.organs["anzhou"],
        cast.regions["anzhou"],
    )
    with pytest.raises(NotYourKnowledge):
        services.publish(cast.actor("guan"), article, at=AT)
    services.publish(cast.actor("tou"), article, at=AT)
    done = Article.objects.get(pk=article.pk)
    assert (done.state, done.publisher) == (State.PUBLISHED, cast.staff["tou"])
    assert Event.objects.filter(kind="knowledge.published", facts={"article": article.pk}).count() == 1
    services.publish(cast.actor("tou"), done, at=AT)
    assert Event.objects.filter(kind="knowledge.published").count() == 1


@pytest.mark.parametrize("who", ["ran", "han", "fen", "wai"])
def test_others_may_not_write(cast: Cast, who: str) -> None:
    with pytest.raises(NotYourKnowledge):
        services.write(cast.actor(who), written(), key=key(), at=AT)


@pytest.mark.parametrize("who", ["shi", "wai", "han"])
def test_others_may_neither_publish_nor_see_a_draft(cast: Cast, who: str) -> None:
    article = drafted(cast)
    assert selectors.article(cast.actor(who), article.pk) is None
    with pytest.raises(NotYourKnowledge):
        services.publish(cast.actor(who), article, at=AT)
    assert Article.objects.get(pk=article.pk).state == State.DRAFT


def test_the_database_refuses_one_person_for_both(cast: Cast) -> None:
    article = drafted(cast)
    rows = Article.objects.filter(pk=article.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state=State.PUBLISHED, publisher=cast.staff["guan"], published_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(ends_on=date(2020, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(checked_on=date(2026, 1, 1))


def test_what_is_published_never_changes(cast: Cast) -> None:
    article = published(cast)
    with pytest.raises(NotYourKnowledge):
        services.revise(cast.actor("guan"), article, written(text="改了"))
    draft = drafted(cast, starts_on=date(2026, 5, 1))
    revised = services.revise(cast.actor("guan"), draft, written(text="改了", starts_on=date(2026, 5, 1)))
    assert revised.text == "改了" and "改了" in revised.sought
    assert Paragraph.objects.filter(article=draft).count() == 1


def test_a_new_edition_begins_later_and_leaves_the_old_one_as_it_was(cast: Cast) -> None:
    old = published(cast)
    guan = cast.actor("guan")
    with pytest.raises(GuardFailed):
        services.write(guan, written(), key=key(), at=AT, earlier=old)
    new = services.write(guan, written(starts_on=date(2026, 7, 1)), key=key(), at=AT, earlier=old)
    services.publish(cast.actor("tou"), new, at=AT)
    assert new.code == old.code
    before = {k: v for k, v in vars(old).items() if k[0] != "_"}
    again = Article.objects.get(pk=old.pk)
    assert {k: v for k, v in vars(again).items() if k[0] != "_"} == before
    assert selectors.current([old.code], on=date(2026, 6, 30)) == {old.code: old.pk}
    assert selectors.current([old.code], on=date(2026, 7, 1)) == {old.code: new.pk}


def test_nobody_writes_over_the_edition_of_another_organ(cast: Cast) -> None:
    shipped.load(at=AT)
    national = Article.objects.filter(organ=None).first()
    assert national is not None
    with pytest.raises(GuardFailed):
        services.write(cast.actor("guan"), written(), key=key(), at=AT, earlier=national)
    with pytest.raises(NotYourKnowledge):
        services.withdraw(cast.actor("tou"), national, at=AT)


def test_the_same_key_writes_once(cast: Cast) -> None:
    guan, same = cast.actor("guan"), key()
    first = services.write(guan, written(), key=same, at=AT)
    assert services.write(guan, written(title="别的"), key=same, at=AT).pk == first.pk
    assert Article.objects.count() == 1


def test_a_paragraph_cites_its_article(cast: Cast) -> None:
    with pytest.raises(GuardFailed, match="没有写明依据"):
        drafted(cast, paragraphs=(Ready("空口", "您可以领取津贴。"),))


def test_what_is_shipped_is_loaded_once_and_all_of_it_cites(cast: Cast) -> None:
    count = shipped.load(at=AT)
    assert count == len(list(shipped.entries())) >= 40
    assert shipped.load(at=AT) == 0
    unchecked = Article.objects.filter(checked_on=None)
    assert unchecked.exists() and not unchecked.exclude(source__contains="未核对").exists()
    both = Article.objects.filter(code="petition.handle-limit").order_by("starts_on")
    assert [one.document for one in both] == ["信访条例", "信访工作条例"]
    assert Article.objects.filter(for_petitioner="", for_aged="", for_window="").count() < count // 4


def test_an_unknown_key_of_a_shipped_file_is_named(tmp_path: object) -> None:
    file = tmp_path / "x.toml"  # type: ignore[operator]
    file.write_text(
        'issuer="a"\ndocument="b"\nsource="c"\nfrom=2020-01-01\n[[rule]]\ncode="q"\ntitle="t"\nwhat=1\n'
    )
    with pytest.raises(ShippedError, match=r"x\.toml: q: unknown \['what'\]"):
        list(shipped.entries(tmp_path))  # type: ignore[arg-type]
