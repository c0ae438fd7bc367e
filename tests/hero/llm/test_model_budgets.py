"""What a request may cost is reserved before it is sent; whoever comes late to a budget is told so and asks nothing."""

import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from asking_desk import GOOD, task
from model_server import errs, says
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from kairo_hero.llm.errors import BudgetExceeded, ModelUnavailable
from kairo_hero.llm.ledger import spent, spent_by_step
from kairo_hero.models import Brand, Tenant
from kairo_hero.models.model_calls import ModelCall
from kairo_hero.observability import RunLog

#: More than what one request of the tests may cost, and less than two.
ENOUGH_FOR_ONE = 0.01
both_stores = pytest.mark.parametrize("stores", ["sqlite", "postgres"], indirect=True)


def other_task(number=0, **changes):
    """Another question, which no kept answer answers."""
    return task(context=f"Brand number {number}.", **changes)


def other_brand(desk):
    with desk.database.writing() as session:
        brand = Brand(tenant=Tenant(name="Other", slug="other"), name="Other", slug="other")
        session.add(brand)
    return brand.id


def let_pass(desk, **times):
    """Change when the requests on record were made, or when they expire."""
    with desk.database.writing() as session:
        session.execute(update(ModelCall).values(times))


def test_what_a_request_cost_is_spent_and_what_it_might_have_is_not(make_desk):
    desk = make_desk(budget_run_usd=0.0119)
    desk.server.script(says(GOOD))
    # 0.0045 for the first leaves more than the 0.0073 that the second may cost; its reserve would not have
    desk.models.ask(task())
    desk.models.ask(other_task())
    with pytest.raises(BudgetExceeded):
        desk.models.ask(other_task(2))
    assert len(desk.server.asked) == 2


@pytest.mark.parametrize("scope", ["call", "run", "brand_day", "day"])
def test_what_could_cost_more_than_a_budget_has_is_not_asked(make_desk, scope):
    desk = make_desk(**{f"budget_{scope}_usd": 0.001})
    with pytest.raises(BudgetExceeded, match=rf"has \$0\.0010 left of KAIRO_LLM_BUDGET_{scope.upper()}_USD=0\.001"):
        desk.models.ask(task())
    assert desk.server.asked == []
    assert desk.calls == []


def test_each_run_has_a_budget(make_desk):
    desk = make_desk(budget_run_usd=ENOUGH_FOR_ONE)
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    with pytest.raises(BudgetExceeded, match="run run-1"):
        desk.models.ask(other_task())
    desk.for_run("run-2").ask(other_task())


def test_each_brand_has_a_budget_for_the_day(make_desk):
    desk = make_desk(budget_brand_day_usd=ENOUGH_FOR_ONE)
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    with pytest.raises(BudgetExceeded, match="wait for a new day"):
        desk.for_run("run-2").ask(other_task())
    desk.client.for_run("run-3", other_brand(desk), RunLog("run-3", None)).ask(other_task())


def test_all_brands_share_a_budget_for_the_day(make_desk):
    desk = make_desk(budget_day_usd=ENOUGH_FOR_ONE)
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    with pytest.raises(BudgetExceeded, match="KAIRO_LLM_BUDGET_DAY_USD"):
        desk.client.for_run("run-2", other_brand(desk), RunLog("run-2", None)).ask(other_task())


def test_a_new_day_has_a_new_budget(make_desk):
    desk = make_desk(budget_brand_day_usd=ENOUGH_FOR_ONE)
    desk.server.script(says(GOOD))
    desk.models.ask(task())
    let_pass(desk, created_at=datetime.now(UTC) - timedelta(days=1))
    desk.for_run("run-2").ask(other_task())


@pytest.mark.parametrize("scope", ["call", "run", "brand_day", "day"])
def test_a_model_of_unknown_price_has_its_budgets_in_tokens(make_desk, scope):
    desk = make_desk(model_heavy="home-grown-7b", **{f"budget_{scope}_tokens": 1000})
    with pytest.raises(BudgetExceeded, match=rf"1,000 tokens left of KAIRO_LLM_BUDGET_{scope.upper()}_TOKENS=1000"):
        desk.models.ask(task())


def test_tokens_are_counted_where_the_price_is_unknown(make_desk):
    desk = make_desk(model_heavy="home-grown-7b", budget_run_tokens=2500, budget_run_usd=0)
    desk.server.script(says(GOOD))
    answer = desk.models.ask(task())
    assert answer.cost_usd is None
    with pytest.raises(BudgetExceeded, match="1,300 tokens left"):
        desk.models.ask(other_task())


def test_what_nobody_knows_the_cost_of_counts_with_what_was_reserved(make_desk):
    desk = make_desk(budget_run_usd=ENOUGH_FOR_ONE)
    desk.server.script(says(GOOD, usage=None))
    desk.models.ask(task())
    with pytest.raises(BudgetExceeded):
        desk.models.ask(other_task())


def test_an_error_gives_back_what_was_reserved(make_desk):
    desk = make_desk(budget_run_usd=ENOUGH_FOR_ONE, attempts=3)
    desk.server.script(errs(502), errs(502), says(GOOD))
    desk.models.ask(task())


def test_tries_that_may_each_be_billed_share_the_budget(make_desk):
    desk = make_desk(budget_run_usd=ENOUGH_FOR_ONE, attempts=3, timeout_seconds=0.2)
    desk.server.script(desk.server.hangs)
    with pytest.raises(BudgetExceeded):
        desk.models.ask(task())
    assert len(desk.server.asked) == 1


def test_a_repair_turn_is_on_the_same_budget(make_desk):
    desk = make_desk(budget_run_usd=ENOUGH_FOR_ONE)
    desk.server.script(says("Well."))
    with pytest.raises(BudgetExceeded):
        desk.models.ask(task())
    assert [call.error_type for call in desk.calls] == ["not_json"]


@both_stores
def test_of_many_that_ask_at_once_only_as_many_get_through_as_can_be_paid(make_desk):
    desk = make_desk(budget_brand_day_usd=2 * ENOUGH_FOR_ONE)
    all_reserved = threading.Event()

    def answer_late(asked, handler):
        all_reserved.wait(20)
        says(GOOD)(asked, handler)

    desk.server.script(answer_late)
    with ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(desk.for_run(f"run-{n}").ask, other_task(n)) for n in range(6)]
        while len(done := wait(asking, timeout=0.01).done) < 4:
            pass
        all_reserved.set()
    assert all(isinstance(one.exception(), BudgetExceeded) for one in done)
    assert len(desk.server.asked) == len(desk.calls) == 2


CRASHING = """
import sys, uuid
sys.path[:0] = sys.argv[4:]
from asking_desk import task
from kairo_hero.llm.client import ModelClient
from kairo_hero.llm.settings import ModelSettings
from kairo_hero.observability import RunLog
from kairo_pipelines.relational.database import Database

settings = ModelSettings(_env_file=None, openai_base_url=sys.argv[2], provider="openai", llm_disabled=False)
client = ModelClient(settings, Database(sys.argv[1]))
client.for_run("run-1", uuid.UUID(sys.argv[3]), RunLog("run-1", None)).ask(task())
"""


@both_stores
def test_what_a_killed_process_reserved_counts_until_it_expires(make_desk, request):
    desk = make_desk(budget_run_usd=ENOUGH_FOR_ONE)
    asked = threading.Event()

    def hang(*exchange):
        asked.set()
        desk.server.hangs(*exchange)

    desk.server.script(hang, says(GOOD))
    url = desk.database.url.render_as_string(hide_password=False)
    folders = [str(request.path.parents[level]) for level in (0, 2)]
    command = [sys.executable, "-c", CRASHING, url, desk.server.base_url, str(desk.brand_id), *folders]
    process = subprocess.Popen(command)
    assert asked.wait(60)
    process.kill()
    process.wait()
    [call] = desk.calls
    assert (call.settled_at, call.cost_usd, call.error_type) == (None, None, None)
    with pytest.raises(BudgetExceeded):
        desk.models.ask(task())
    let_pass(desk, expires_at=datetime.now(UTC))
    assert desk.models.ask(task()).cost_usd is not None


@both_stores
def test_what_a_run_spent_is_told_by_step(desk):
    desk.server.script(says(GOOD), says(GOOD, usage=(2000, 100, 0)), says(GOOD, usage=None))
    desk.models.ask(task())
    desk.models.ask(task(step="score", tier="fast"))
    desk.models.ask(task(step="score", tier="fast", context="Another brand."))
    desk.models.ask(task())
    with desk.database.reading() as session:
        steps, total = spent_by_step(session, "run-1"), spent(session, "run-1")
    assert (steps["synthesize"].requests, steps["synthesize"].cost_usd) == (2, pytest.approx(0.0045))
    assert (steps["score"].requests, steps["score"].unpriced) == (2, 1)
    # gpt-4o-mini at 0.15 and 0.60 dollars a million
    assert steps["score"].cost_usd == pytest.approx(0.00036)
    assert (total.requests, total.input_tokens, total.output_tokens) == (4, 3000, 300)


def test_nothing_was_spent_by_a_run_that_asked_nothing(desk):
    with desk.database.reading() as session:
        assert spent(session, "no-such-run").requests == 0


def test_a_question_may_be_nobodys_in_particular(desk):
    desk.server.script(says(GOOD))
    desk.client.for_run("eval-1", None, RunLog("eval-1", None)).ask(task())
    assert desk.calls[0].brand_id is None


def test_a_brand_that_is_not_in_the_store_can_not_be_charged(desk):
    with pytest.raises(IntegrityError):
        desk.client.for_run("run-1", uuid.uuid4(), RunLog("run-1", None)).ask(task())
    assert desk.server.asked == []


def test_giving_up_does_not_leave_a_reservation_behind(desk):
    desk.server.script(errs(502))
    with pytest.raises(ModelUnavailable):
        desk.models.ask(task())
    assert all(call.settled_at for call in desk.calls)
