"""How a board looks in a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kairo_cli.terminal import plain
from kairo_hero.boards.finding import shown_id
from kairo_hero.dto import (
    BrandSnapshotDTO,
    EvidenceDTO,
    ExternalSignalBundleDTO,
    OpportunityDTO,
    TodayBoardDTO,
    TodayBoardMetaDTO,
)
from kairo_pipelines.hours import hour_key
from kairo_pipelines.trends.sparkline import sparkline

if TYPE_CHECKING:
    from kairo_hero.engines.replaying import Replayed

#: A longer title is cut where a terminal has eighty columns.
LONGEST_FRAMED_TITLE = 70
_SOURCES = {
    "model": "composed by a model",
    "grounded": "composed from the signals, without a model",
    "existing": "cards of earlier boards",
}


def board_view(board: TodayBoardDTO, signals: ExternalSignalBundleDTO | None = None) -> Group:
    """The board: whose it is, its cards, best first, what else is hot, and how it came to be."""
    cards = [_card(rank, card, board.snapshot) for rank, card in enumerate(board.opportunities, 1)]
    body = Group(*cards) if cards else plain("No card: nothing of today is this brand’s.")
    return Group(_headline(board), body, *_outside(signals), *_meta(board.meta))


def replay_view(replayed: "Replayed") -> Group:
    """A card that was made again, and in what it differs from the one that was kept."""
    card = _card(1, replayed.again, replayed.board.snapshot)
    made = f"made again from the inputs of run {replayed.board.meta.run_id}"
    if not replayed.differences:
        return Group(card, plain(f"The same card, {made}.", "green"))
    lines = [plain(f"It differs from the card that was kept, {made}:", "yellow")]
    for name, (kept, again) in replayed.differences.items():
        lines += [plain(f"  {name}, kept:  {kept}", "dim"), plain(f"  {name}, again: {again}")]
    return Group(card, *lines)


def _outside(signals: ExternalSignalBundleDTO | None) -> Iterator[Text]:
    if signals is None:
        return
    hot = [trend.topic for trend in signals.trends if trend.lane == "outside"]
    hot += [moment.description for moment in signals.social_moments if moment.lane == "outside"]
    if hot:
        yield plain("Hot, and none of the brand’s business: " + " · ".join(hot), "dim")


def _headline(board: TodayBoardDTO) -> Text:
    return plain(f"{board.snapshot.brand_name}: today’s board", "bold").append_text(
        plain(f"  {board.meta.generated_at:%Y-%m-%d %H:%M} UTC", "dim")
    )


def _card(rank: int, card: OpportunityDTO, snapshot: BrandSnapshotDTO) -> Panel:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    fits_in_frame = len(card.title) <= LONGEST_FRAMED_TITLE
    if not fits_in_frame:
        rows.add_row("title", plain(card.title, "bold"))
    for label, cell in _rows(card, snapshot):
        rows.add_row(label, cell)
    return Panel(
        rows,
        title=plain(f"{rank}  {card.title}" if fits_in_frame else str(rank), "bold"),
        title_align="left",
        subtitle=plain(f"{shown_id(card.id)}  {card.score:.1f}", "bold"),
        subtitle_align="right",
        box=box.ROUNDED,
    )


def _rows(card: OpportunityDTO, snapshot: BrandSnapshotDTO) -> Iterator[tuple[str, RenderableType]]:
    parts = card.score_breakdown
    yield "angle", plain(card.angle)
    yield "why now", plain(card.why_now)
    yield (
        "score",
        plain(
            f"{card.score:.1f} = trend {parts.trend:.1f} + fit {parts.fit:.1f} + freshness {parts.freshness:.1f} "
            f"{'-' if parts.learning < 0 else '+'} learning {abs(parts.learning):.1f}"
        ),
    )
    if card.sparkline:
        yield "trend", plain(sparkline(card.sparkline), "cyan")
    for index, evidence in enumerate(card.evidence):
        yield "" if index else "evidence", _evidence(evidence)
    yield "for", plain(" · ".join(_audience(card, snapshot)))
    state = [word for word, holds in (("pinned", card.is_pinned), ("snoozed", card.is_snoozed)) if holds]
    if state:
        yield "state", plain(", ".join(state), "yellow")


def _evidence(evidence: EvidenceDTO) -> Text:
    counts = ", ".join(f"{count:,} {name}" for name, count in evidence.counts.items() if name != "rank")
    rank = f"rank {evidence.counts['rank']}" if "rank" in evidence.counts else ""
    line = " · ".join(part for part in (evidence.title, evidence.platform, counts, rank, _when(evidence)) if part)
    return plain(line).append_text(plain(f"\n{evidence.url}", "blue")) if evidence.url else plain(line)


def _when(evidence: EvidenceDTO) -> str:
    if evidence.published_at:
        return f"posted {evidence.published_at:%Y-%m-%d %H:%M} UTC"
    return f"first seen {evidence.first_seen_at:%Y-%m-%d %H:%M} UTC" if evidence.first_seen_at else ""


def _audience(card: OpportunityDTO, snapshot: BrandSnapshotDTO) -> Iterator[str]:
    yield from (persona.name for persona in snapshot.personas if persona.id == card.persona_id)
    yield from (pillar.name for pillar in snapshot.pillars if pillar.id == card.pillar_id)
    others = [channel for channel in card.suggested_channels if channel != card.primary_channel]
    yield ", ".join([card.primary_channel, *others])


def _meta(meta: TodayBoardMetaDTO) -> Iterator[Text]:
    dropped = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in meta.dropped.items() if count)
    facts = [
        f"{_counted(meta.opportunity_count, 'card')} from {_counted(meta.signals_considered, 'signal')}",
        f"dropped: {dropped}" if dropped else "",
        _SOURCES[meta.source],
        f"trends as of {hour_key(meta.trend_hour)}" if meta.trend_hour else "no trends yet",
        f"{meta.input_tokens + meta.output_tokens:,} tokens, ${meta.cost_usd:.4f}" if meta.cost_usd else "",
        f"run {meta.run_id}",
    ]
    yield plain(" · ".join(fact for fact in facts if fact), "dim")
    if meta.missing:
        yield plain(f"The brand would be served better with: {', '.join(meta.missing)}", "dim")
    if meta.degraded:
        yield plain(f"Degraded: {meta.degraded_reason}", "yellow")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
