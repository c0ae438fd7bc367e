"""Erased items in what boards kept: visibly removed, and everything still what its contract says."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kairo_api.app import build_app
from kairo_hero.boards.reading import kept_board
from kairo_hero.boards.redacting import REMOVED, SHORTEST_QUOTE, Removal, redact_kept
from kairo_hero.dto import ContentPackageDTO, ExternalSignalBundleDTO, OpportunityDTO, TodayBoardDTO, VariantDTO
from kairo_hero.dto_examples import EXAMPLES
from kairo_hero.models import Brand, ContentPackage, Opportunity, SignalBundle, Tenant, TodayBoard, Variant
from kairo_hero.signals.gathering import kept_signals
from kairo_hero.signals.occasions import LONGEST_TITLE, quoted, shortened
from kairo_hero.vocabulary import OpportunityType

MORNING = datetime(2021, 12, 10, 8, 15, 4, tzinfo=UTC)
GONE, OTHER = "hackernews:29504755", "hackernews:29505477"
TITLE, URL = "Log4j RCE Found in every server", "https://leaky.example/log4j"
OTHER_TITLE = "RCE 0-day exploit found in log4j, a popular Java logging package"
REMOVAL = Removal.of([GONE], [TITLE, None, "", URL])
QUOTING = f"Start from “{TITLE}” and tie it to code search."


def evidence(evidence_id: str, title: str) -> dict[str, Any]:
    example = EXAMPLES["TodayBoardDTO"]["opportunities"][0]["evidence"][0]
    url = URL if evidence_id == GONE else "https://example.com/other"
    return {**example, "evidence_id": evidence_id, "title": title, "url": url}


def board() -> dict[str, Any]:
    example = copy.deepcopy(EXAMPLES["TodayBoardDTO"])
    example["opportunities"][0] |= {
        "angle": QUOTING,
        "why_now": f"“{TITLE}” had 506 points by 08:00 UTC.",
        "evidence": [evidence(GONE, TITLE), evidence(OTHER, OTHER_TITLE)],
    }
    return example


def bundle(brand_id: UUID) -> dict[str, Any]:
    mention = {"title": TITLE, "source": "hackernews", "url": URL, "snippet": f"{TITLE} today", "relevance": 1.0}
    post = {"competitor_name": "Grep", "channel": "hackernews", "snippet": TITLE, "url": URL, "engagement": 9.5}
    trend = {
        "id": "9f2c7a1e4b60",
        "topic": "Log4j",
        "source": "hackernews",
        "trend_score": 91.0,
        "velocity": 7.5,
        "relevance": 0.8,
        "status": "emerging",
        "why": "2 posts by 2 authors in 12 h",
        "evidence_ids": [GONE, OTHER],
        "recency_hours": 1.5,
    }
    when = {"published_at": "2021-12-10T00:35:00Z"}
    other = {**mention, **when, "id": OTHER, "title": OTHER_TITLE, "url": None, "snippet": OTHER_TITLE}
    return {
        "brand_id": str(brand_id),
        "fetched_at": "2021-12-10T08:00:00Z",
        "trends": [trend],
        "web_mentions": [{**mention, **when, "id": GONE}, other],
        "competitor_posts": [{**post, **when, "id": GONE}],
        "social_moments": [],
    }


@pytest.fixture
def brand(database) -> Brand:
    """A brand with one row of everything that is kept, all of it about the item."""
    with database.writing() as session:
        brand = Brand(tenant=Tenant(name="Acme", slug="acme"), name="Acme Shoes", slug="shoes")
        session.add(brand)
        session.flush()
        kept, signals = {**board(), "brand_id": str(brand.id)}, bundle(brand.id)
        card = Opportunity(
            brand_id=brand.id,
            title=f"What “{TITLE}” changes",
            angle=QUOTING,
            why_now=QUOTING,
            type=OpportunityType.TREND,
            score=86.5,
            score_breakdown=kept["opportunities"][0]["score_breakdown"],
            primary_channel="x",
            evidence=kept["opportunities"][0]["evidence"],
        )
        session.add(card)
        session.add(TodayBoard(brand_id=brand.id, run_id="r", generated_at=MORNING, board=kept, signal_bundle=signals))
        session.add(SignalBundle(brand_id=brand.id, trend_hour=MORNING, bundle=signals))
        session.flush()
        package = ContentPackage(
            brand_id=brand.id,
            origin_opportunity_id=card.id,
            title=TITLE,
            core_idea=QUOTING,
            key_points=[{"text": QUOTING, "evidence_ids": [GONE, OTHER]}, {"text": "Kept", "evidence_ids": [OTHER]}],
            hooks=[TITLE, "Kept"],
            call_to_action=QUOTING,
            notes=f"see {URL}",
        )
        session.add(package)
        session.flush()
        parts = {"headline": TITLE, "slides": [{"text": QUOTING, "shows": GONE}, 7, None, True]}
        session.add(
            Variant(
                brand_id=brand.id, package_id=package.id, channel="x", draft_text=QUOTING, parts=parts, eval_score=8
            )
        )
    return brand


@pytest.fixture
def redacted(database, brand) -> Brand:
    with database.writing() as session:
        assert redact_kept(session, REMOVAL) == 5
    return brand


def kept_rows(database) -> dict[str, Any]:
    """Every row of every model, as JSON-like values."""
    models = (TodayBoard, SignalBundle, Opportunity, ContentPackage, Variant)
    with database.reading() as session:
        return {
            model.__name__: {column.key: getattr(row, column.key) for column in model.__table__.columns}
            for model in models
            for row in session.scalars(select(model))
        }


def test_nothing_that_is_kept_quotes_it_any_more(database, brand, redacted):
    written = json.dumps(kept_rows(database), default=str)
    assert not [part for part in (GONE, TITLE, URL) if part in written]
    assert REMOVED in written
    assert OTHER_TITLE in written


def test_a_kept_board_still_is_one_and_shows_that_something_was_there(database, redacted):
    with database.reading() as session:
        shown = kept_board(session, redacted.id)
    assert isinstance(shown, TodayBoardDTO)
    [card] = shown.opportunities
    first, second = card.evidence
    assert (first.evidence_id, first.title, first.url, first.author) == (REMOVED, REMOVED, None, None)
    assert (first.platform, first.counts) == ("hackernews", {})
    assert (second.evidence_id, second.title) == (OTHER, OTHER_TITLE)
    assert card.angle == f"Start from “{REMOVED}” and tie it to code search."
    assert card.score == 86.5


def test_kept_signals_still_are_a_bundle(database, redacted):
    with database.reading() as session:
        signals = kept_signals(session, redacted)
        kept = ExternalSignalBundleDTO.model_validate(session.scalars(select(TodayBoard)).one().signal_bundle)
    assert signals is not None
    assert signals.bundle == kept
    assert [trend.evidence_ids for trend in kept.trends] == [[OTHER]]
    assert [(one.id, one.title, one.url, one.snippet) for one in kept.web_mentions] == [
        (REMOVED, REMOVED, None, REMOVED),
        (OTHER, OTHER_TITLE, None, OTHER_TITLE),
    ]
    [post] = kept.competitor_posts
    assert (post.id, post.competitor_name, post.snippet, post.engagement) == (REMOVED, "Grep", REMOVED, 9.5)


def test_cards_packages_and_variants_still_fit_their_contracts(database, redacted):
    with database.reading() as session:
        card = OpportunityDTO.model_validate(session.scalars(select(Opportunity)).one())
        package = ContentPackageDTO.model_validate(session.scalars(select(ContentPackage)).one())
        variant = VariantDTO.model_validate(session.scalars(select(Variant)).one())
    assert card.title == f"What “{REMOVED}” changes"
    assert [one.evidence_id for one in card.evidence] == [REMOVED, OTHER]
    assert (package.title, package.hooks, package.notes) == (REMOVED, [REMOVED, "Kept"], f"see {REMOVED}")
    assert [point.evidence_ids for point in package.key_points] == [[OTHER], [OTHER]]
    assert variant.parts["headline"] == REMOVED
    assert variant.parts["slides"] == [
        {"text": f"Start from “{REMOVED}” and tie it to code search.", "shows": REMOVED}, 7, None, True
    ]  # fmt: skip


def test_the_api_answers_with_the_redacted_board_also_whom_it_gave_the_other(database, brand):
    today = f"/api/brands/{brand.id}/today"
    with TestClient(build_app(database=database)) as client:
        held = client.get(today)
        assert TITLE in held.text
        with database.writing() as session:
            redact_kept(session, REMOVAL)
        answer = client.get(today, headers={"If-None-Match": held.headers["etag"]})
    assert answer.status_code == 200
    assert TITLE not in answer.text
    assert TodayBoardDTO.model_validate_json(answer.content).opportunities[0].evidence[0].title == REMOVED


def test_redacting_twice_changes_nothing_more(database, redacted):
    before = kept_rows(database)
    with database.writing() as session:
        assert redact_kept(session, REMOVAL) == 0
    assert kept_rows(database) == before


def test_what_is_about_other_items_is_not_touched(database, brand):
    before = kept_rows(database)
    with database.writing() as session:
        assert redact_kept(session, Removal.of(["reddit:t3_abc"], ["A title that nothing quotes"])) == 0
    assert kept_rows(database) == before


def test_a_text_that_a_card_shortened_is_found_as_the_card_has_it():
    post = f"  It begins with spaces and goes {'o' * 400}n"
    assert len(post) > LONGEST_TITLE
    removal = Removal.of([], [post])
    assert removal.redacted(f"Start from “{shortened(post)}” today") == f"Start from “  {REMOVED}…” today"
    assert removal.redacted(f"They said: {post}") == f"They said:   {REMOVED}"


def test_a_few_words_are_removed_only_where_they_are_quoted():
    removal = Removal.of([], ["Log4j RCE"])
    assert removal.redacted("Start from “Log4j RCE” and add") == f"Start from {REMOVED} and add"
    assert removal.redacted("Every use of Log4j RCE checks") == "Every use of Log4j RCE checks"


def test_the_longest_of_several_texts_goes_whole():
    removal = Removal.of([], ["A title of a post", "A title of a post and its first sentence"])
    assert removal.redacted("A title of a post and its first sentence.") == f"{REMOVED}."


#: Few letters, so that texts often stand in each other and in what is kept.
WORDS = st.text("ab ", min_size=SHORTEST_QUOTE, max_size=16).filter(lambda text: len(text.strip()) >= SHORTEST_QUOTE)


@st.composite
def kept_json(draw: Callable[..., Any]) -> tuple[list[str], Any]:
    """Some texts, and nested JSON that quotes them anywhere."""
    texts = draw(st.lists(WORDS | st.just("[removed] by somebody"), min_size=1, max_size=3))
    around = st.text("ab ]removed[“”", max_size=9)
    quoting = st.builds("{}{}{}".format, around, st.sampled_from(texts), around) | st.lists(
        st.sampled_from(texts) | around, max_size=4
    ).map("".join)
    keys = quoting | st.sampled_from(["id", "evidence_id", "title", "source", "channel", "url", "relevance"])
    leaves = quoting | st.just(GONE) | st.none() | st.integers() | st.booleans()
    nested = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )
    return texts, draw(nested)


def strings_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in strings_of(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings_of(inner)]
    return [value] if isinstance(value, str) else []


@given(kept_json())
def test_no_quote_and_no_id_of_what_was_removed_is_left_in_any_json(example: tuple[list[str], Any]):
    texts, kept = example
    removal = Removal.of([GONE], texts)
    redacted = removal.redacted(kept)
    left = strings_of(redacted)
    assert not [text for text in texts if any(text.strip() in one for one in left)]
    assert GONE not in left
    assert removal.redacted(redacted) == redacted
    json.dumps(redacted)


LONG_TITLE = (
    "RCE 0-day exploit found in log4j, a popular Java logging package, and everybody who runs servers has to patch now"
)
MARKED_TITLE = "The “Free PACER” bill passes"


@pytest.mark.parametrize("title", [LONG_TITLE, MARKED_TITLE, "a\n title on  two lines"])
def test_a_title_goes_also_where_a_sentence_quotes_it_in_another_form(title):
    sentence = f"Start from {quoted(title)} and tie it to code search."
    assert Removal.of([GONE], [title]).redacted(sentence) in (
        f"Start from “{REMOVED}” and tie it to code search.",
        f"Start from “{REMOVED}…” and tie it to code search.",
    )


def occasion(*posts: tuple[str, str]) -> dict[str, Any]:
    """A kept occasion that rests on these posts: ids and titles."""
    return {
        "id": "9f2c7a1e4b60",
        "post_ids": [evidence_id for evidence_id, _ in posts],
        "evidence": [evidence(evidence_id, title) for evidence_id, title in posts],
        "texts": [
            {"evidence_id": evidence_id, "text": f"{title}, and more that nobody quotes"}
            for evidence_id, title in posts
        ],
    }


def test_an_occasion_loses_the_evidence_and_all_words_of_an_item_and_stays_with_the_rest():
    [left] = REMOVAL.redacted([occasion((GONE, TITLE), (OTHER, OTHER_TITLE))])
    assert left == occasion((OTHER, OTHER_TITLE))


def test_an_occasion_that_rests_on_nothing_else_goes():
    assert REMOVAL.redacted([occasion((GONE, TITLE)), None, 7]) == [None, 7]


def test_what_a_model_answered_goes_with_a_board_that_is_redacted(database, brand):
    with database.writing() as session:
        kept = session.scalars(select(TodayBoard)).one()
        kept.made_from = {"inputs": {"occasions": []}, "answers": {"q": json.dumps({"angle": f'They said "{TITLE}"'})}}
    with database.writing() as session:
        redact_kept(session, REMOVAL)
    with database.reading() as session:
        assert session.scalars(select(TodayBoard)).one().made_from == {"inputs": {"occasions": []}, "answers": {}}


def test_the_id_of_a_post_that_a_card_springs_from_goes_too(database, brand):
    with database.writing() as session:
        session.scalars(select(Opportunity)).one().signal_id = GONE
    with database.writing() as session:
        redact_kept(session, REMOVAL)
    with database.reading() as session:
        assert session.scalars(select(Opportunity)).one().signal_id == REMOVED
