"""The same question is paid for once; only good answers are kept."""

from datetime import UTC, datetime

import pytest
from asking_desk import GOOD, Ideas, quoted_posts, task
from model_server import says
from sqlalchemy import update

from kairo_hero.llm.cache import AnswerCache, forget_answers
from kairo_hero.models.model_calls import ModelAnswer

both_stores = pytest.mark.parametrize("stores", ["sqlite", "postgres"], indirect=True)


class OtherIdeas(Ideas):
    remark: str


def more_posts():
    quoted = quoted_posts()
    quoted.add(id=quoted.name("e", "hackernews:29505027"), text="Log4j: a vendor's list")
    return quoted


CHANGES = {
    "the instructions": {"instructions": "Propose less."},
    "the brand": {"context": "Another brand."},
    "the items": {"items": more_posts()},
    "the form": {"form": OtherIdeas},
    "the model": {"tier": "fast"},
    "the limit": {"max_output_tokens": 600},
    "the prompt version": {"prompt_version": "ideas-2"},
}


@both_stores
def test_a_question_asked_again_is_answered_from_the_cache_at_no_cost(desk):
    desk.server.script(says(GOOD))
    first, second = desk.models.ask(task()), desk.models.ask(task())
    assert second.content == first.content
    assert (second.is_from_cache, second.cost_usd, second.input_tokens) == (True, 0.0, 0)
    assert len(desk.server.asked) == 1
    hit = desk.calls[1]
    assert (hit.cache_hit, hit.cost_usd, hit.attempt, hit.error_type) == (True, 0.0, 0, None)
    assert hit.request_hash == desk.calls[0].request_hash
    assert [event["kairo.cache.hit"] for event in desk.events] == [False, True]


def test_an_answer_is_kept_for_other_runs_and_processes(desk, make_desk):
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    assert make_desk().for_run("run-2").ask(task()).is_from_cache


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_question_is_asked(desk, change):
    desk.server.script(says(GOOD), says({**GOOD, "remark": ""} if "form" in change else GOOD))
    desk.models.ask(task())
    assert not desk.models.ask(task(**change)).is_from_cache


def test_a_random_mark_does_not_make_another_question(desk, make_desk):
    desk.server.script(says(GOOD))
    without_cache = make_desk(cache_days=0)
    hashes = {without_cache.models.ask(task()).request_hash for _ in range(2)}
    assert len(hashes) == 1
    first, second = desk.server.asked
    assert first.mark != second.mark
    assert first.items == second.items


@both_stores
def test_an_answer_that_is_too_old_is_asked_for_again(desk):
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    with desk.database.writing() as session:
        session.execute(update(ModelAnswer).values(expires_at=datetime.now(UTC)))
    assert not desk.models.ask(task()).is_from_cache
    assert desk.kept_answers == 1


def test_answers_can_be_forgotten(desk):
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    with desk.database.writing() as session:
        assert forget_answers(session) == 1
    assert not desk.models.ask(task()).is_from_cache


@both_stores
def test_of_two_answers_to_one_question_the_first_stays(database, model_settings):
    cache = AnswerCache(database, model_settings())
    cache.put("a" * 64, "first")
    cache.put("a" * 64, "second")
    assert cache.get("a" * 64) == "first"
