"""Thirty mornings of a simulated strategist: what share of the board is accepted, with learning and without.

Every ranking is offered the same candidates. Scores, what is dropped, decisions and what is learned of them are the
real thing, over a store in memory; only the world and the strategist are made up.
"""

import math
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, stdev

from scipy.stats import t
from strategist import VALUES, Candidate, Strategist

from kairo_hero.decisions.recording import record_decision
from kairo_hero.dto import DecisionRequestDTO, LearningSummaryDTO, OpportunityDraftDTO
from kairo_hero.engines.dropping import Choice, keep_best
from kairo_hero.graphs.scoring import opportunity_score
from kairo_hero.learning.summary import learning_summary
from kairo_hero.migrating import migrate
from kairo_hero.models import Brand, ContentPillar, Opportunity, Persona, Tenant
from kairo_hero.vocabulary import OpportunityType
from kairo_pipelines.relational.database import Database

sys.path.insert(0, str(Path(__file__).parents[1]))
from measuring import table

SEEDS, DAYS, LAST_DAYS, CARDS = 30, 30, 10, 10
FIRST_MORNING = datetime(2021, 12, 1, 7, tzinfo=UTC)
CHANNELS = ("x", "linkedin", "newsletter")
TYPES = (OpportunityType.TREND, OpportunityType.COMPETITIVE, OpportunityType.EVERGREEN)
CLUSTER_KINDS = ("phrase", "hashtag", "url", "topic")

Ranking = Callable[[int, list[Candidate]], list[Candidate]]


class SimulatedBrand:
    """A brand in a store of its own, whose boards are ranked by Kairo, with what it learned or without."""

    def __init__(self, *, learns: bool) -> None:
        self._learns = learns
        self._database = Database("sqlite://:memory:")
        migrate(self._database)
        with self._database.writing() as session:
            brand = Brand(tenant=Tenant(name="Simulated", slug="simulated"), name="Simulated", slug="simulated")
            session.add(brand)
            session.flush()
            pillars = [ContentPillar(brand_id=brand.id, name=f"pillar {n}") for n in range(VALUES["pillar"])]
            personas = [Persona(brand_id=brand.id, name=f"persona {n}") for n in range(VALUES["persona"])]
            session.add_all([*pillars, *personas])
            session.flush()
            self._brand_id = brand.id
            self._pillars, self._personas = [one.id for one in pillars], [one.id for one in personas]

    def board(self, day: int, candidates: list[Candidate]) -> list[Candidate]:
        """The day's board; what the strategist decides on it is recorded."""
        morning = FIRST_MORNING + timedelta(days=day)
        by_name = {candidate.name: candidate for candidate in candidates}
        with self._database.reading() as session:
            learning = learning_summary(session, self._brand_id, morning)
        if not self._learns:
            learning = learning.model_copy(update={"factors": []})
        drafts = sorted((self._draft(one, learning) for one in candidates), key=lambda draft: -draft.score)
        shown = keep_best(drafts, Choice(most=CARDS)).drafts
        for draft in shown:
            self._decide(draft, by_name[str(draft.trend_id)], morning)
        return [by_name[str(draft.trend_id)] for draft in shown]

    def close(self) -> None:
        """Forget the store."""
        self._database.engine.dispose()

    def _draft(self, candidate: Candidate, learning: LearningSummaryDTO) -> OpportunityDraftDTO:
        places = candidate.features
        pillar, persona = self._pillars[places["pillar"]], self._personas[places["persona"]]
        channel, kind = CHANNELS[places["channel"]], TYPES[places["type"]]
        scored = opportunity_score(
            trend_score=candidate.trend_score,
            relevance=candidate.relevance,
            hours_since_last_post=candidate.hours_since_last_post,
            learning=learning,
            features={
                "pillar": str(pillar),
                "persona": str(persona),
                "channel": channel,
                "type": kind.value,
                "cluster_kind": CLUSTER_KINDS[places["cluster_kind"]],
            },
        )
        return OpportunityDraftDTO(
            title=f"story-{candidate.name}".replace("-", "x"),
            angle="",
            why_now="",
            type=kind,
            primary_channel=channel,
            suggested_channels=[channel],
            score=scored.score,
            score_breakdown=scored.breakdown,
            persona_id=persona,
            pillar_id=pillar,
            trend_id=candidate.name,
            signal_id=candidate.name,
            evidence_ids=[candidate.name],
        )

    def _decide(self, draft: OpportunityDraftDTO, candidate: Candidate, morning: datetime) -> None:
        content = draft.model_dump(
            include={"title", "type", "primary_channel", "score", "persona_id", "pillar_id", "trend_id"}
        )
        kind = CLUSTER_KINDS[candidate.features["cluster_kind"]]
        with self._database.writing() as session:
            card = Opportunity(brand_id=self._brand_id, cluster_kind=kind, **content)
            session.add(card)
        if candidate.decision:
            decision = DecisionRequestDTO.model_validate(
                {
                    "decision_id": str(uuid.uuid4()),
                    "decision_type": candidate.decision,
                    "snooze_until": morning + timedelta(days=3) if candidate.decision == "snooze" else None,
                }
            )
            record_decision(self._database, "opportunity", card.id, decision, at=morning + timedelta(hours=1))


@dataclass(frozen=True)
class Outcome:
    """What came of one strategist's days: shares of accepted cards, and how varied the boards were."""

    accepted: float
    accepted_last: float
    pillars_on_a_board: float
    pillars_last: int


def simulate(seed: int) -> list[Outcome]:
    """The outcome of each ranking for the strategist of this seed."""
    brands = [SimulatedBrand(learns=False), SimulatedBrand(learns=True)]
    outcomes = [_outcome(seed, ranking) for ranking in (*(brand.board for brand in brands), _by_taste)]
    for brand in brands:
        brand.close()
    return outcomes


def _by_taste(_day: int, candidates: list[Candidate]) -> list[Candidate]:
    """What somebody who knows the hidden tastes would show."""
    return sorted(candidates, key=lambda candidate: -candidate.probability)[:CARDS]


def _outcome(seed: int, ranking: Ranking) -> Outcome:
    strategist = Strategist(seed)
    boards = [ranking(day, strategist.day(day)) for day in range(DAYS)]
    last = boards[-LAST_DAYS:]
    return Outcome(
        accepted=_accepted(boards),
        accepted_last=_accepted(last),
        pillars_on_a_board=fmean(_effective_pillars(board) for board in boards),
        pillars_last=len({card.features["pillar"] for board in last for card in board}),
    )


def _accepted(boards: Iterable[list[Candidate]]) -> float:
    return fmean(card.is_liked for board in boards for card in board)


def _effective_pillars(board: list[Candidate]) -> float:
    """As many equally frequent pillars would be as varied (the exponential of Shannon's entropy)."""
    counts = Counter(card.features["pillar"] for card in board)
    shares = [count / len(board) for count in counts.values()]
    return math.exp(-sum(share * math.log(share) for share in shares))


def _interval(values: Sequence[float]) -> str:
    """The mean and its 95 % interval over seeds (Student's t)."""
    half = t.ppf(0.975, len(values) - 1) * stdev(values) / math.sqrt(len(values))
    mean = fmean(values)
    return f"{mean:.3f} ({mean - half:.3f} to {mean + half:.3f})"


def main() -> None:
    """Simulate every seed and print the table."""
    with ProcessPoolExecutor() as pool:
        by_ranking = list(zip(*pool.map(simulate, range(SEEDS)), strict=True))
    rows = [
        [
            name,
            _interval([one.accepted for one in outcomes]),
            _interval([one.accepted_last for one in outcomes]),
            _interval([one.pillars_on_a_board for one in outcomes]),
            f"{fmean(one.pillars_last for one in outcomes):.1f}",
        ]
        for name, outcomes in zip(("no learning", "learning", "knowing the tastes"), by_ranking, strict=True)
    ]
    head = [
        "ranking",
        f"accepted, {DAYS} days",
        f"accepted, last {LAST_DAYS} days",
        "pillars on a board",
        f"pillars in the last {LAST_DAYS} days",
    ]
    print(table(head, rows))


if __name__ == "__main__":
    main()
