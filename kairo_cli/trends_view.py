"""How trends look in a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kairo_cli.terminal import plain
from kairo_pipelines.hours import HOUR, hour_key
from kairo_pipelines.trends.explaining import Bucket, Evidence, Part, TrendsAsOf, TrendStory
from kairo_pipelines.trends.sparkline import sparkline

#: Characters of an id that are shown: enough to tell trends apart.
SHOWN_OF_ID = 8
#: Bars of a sparkline of 48 hours, two hours each.
BARS = 24
#: Characters of a part's bar at its full value.
WIDEST_BAR = 20

Row = Mapping[str, Any]


def trends_view(said: TrendsAsOf) -> Iterator[RenderableType]:
    """What the detector says of the hour, and two lines for each trend."""
    rows = Table.grid(padding=(0, 2))
    for style in ("bold", "", "cyan"):
        rows.add_column(style=style)
    for trend in said.trends:
        since = f"  {trend['status']}, noticed {trend['detected_at']:%Y-%m-%d %H:%M}"
        what = plain(trend["display_name"], "bold").append_text(plain(f"{since}\n{trend['why']}"))
        line = plain(f"{sparkline(trend['sparkline'], BARS)}\n{trend['trend_id'][:SHOWN_OF_ID]}")
        rows.add_row(f"{trend['trend_score']:.1f}", what, line)
    yield plain(f"Trends as of the end of {hour_key(said.hour)} (UTC)", "dim")
    yield plain(said.answer, "bold" if said.trends else "")
    yield rows


def story_view(story: TrendStory) -> Iterator[RenderableType]:
    """A trend's story: its score and numbers, its life, its buckets, and its posts down to the raw bytes."""
    trend = story.trend
    since = f"  {trend['status']}, noticed {trend['detected_at']:%Y-%m-%d %H:%M} UTC; as of {hour_key(story.as_of)}"
    yield plain(trend["display_name"], "bold").append_text(plain(since))
    yield plain(trend["why"])
    yield _heading(f"Score {trend['trend_score']:.1f}")
    yield _parts(story.parts)
    yield _heading("Numbers")
    yield _pairs(_numbers(trend))
    yield _heading("Life")
    yield _life(story.life)
    yield _heading("Buckets, times in UTC")
    yield _buckets(story.buckets)
    yield _heading(f"Evidence: {len(story.evidence)} posts")
    for post in story.evidence:
        yield from _evidence(post)


def _heading(text: str) -> Text:
    return plain(f"\n{text}", "bold")


def _parts(parts: Sequence[Part]) -> Table:
    table = Table.grid(padding=(0, 2))
    for part in parts:
        bar = "█" * round(part.value * WIDEST_BAR)
        table.add_row(
            part.name, f"{part.value:.2f} × {100 * part.weight:.0f}", f"= {part.points:.1f}", plain(bar, "cyan")
        )
    return table


def _pairs(pairs: Iterator[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(name, plain(value))
    return table


def _numbers(trend: Row) -> Iterator[tuple[str, str]]:
    yield "trend", trend["trend_id"]
    yield "cluster", f"{trend['cluster_key_type']} “{trend['cluster_key']}” on {', '.join(trend['platforms'])}"
    yield (
        "window",
        f"{trend['artifact_count']} posts by {trend['author_count']} authors in {trend['window_hours']} h; "
        f"{trend['expected_count']:.2f} authors were to be expected, {trend['seen_before']} were seen before",
    )
    yield "surprise", f"{trend['surprise']:.2f} (one in {10 ** min(trend['surprise'], 300):,.0f} windows)"
    yield (
        "velocity",
        f"{trend['velocity_score']:.2f} deviations above its past, {trend['acceleration']:+.2f} in the last hour",
    )
    yield "coherence", f"{trend['coherence']:.2f} (mean cosine of its texts)"
    if trend["heat"] is not None:
        yield "heat", f"{trend['heat']:.2f} (probability that its hottest post becomes big)"
    yield "engagement", f"{trend['engagement_gained']:,.0f} gained in the window"


def _life(life: Sequence[Row]) -> Table:
    """Its states in order, each with the hours that it lasted and the numbers with which it began."""
    table = Table.grid(padding=(0, 2))
    for status, rows in groupby(life, key=lambda row: row["status"]):
        hours = list(rows)
        first = hours[0]
        table.add_row(
            f"{first['capture_hour'] + HOUR:%m-%d %H:%M}",
            status,
            f"{len(hours)} h",
            f"score {first['trend_score']:.1f}",
            f"surprise {first['surprise']:.1f}",
            f"{first['artifact_count']} posts by {first['author_count']} authors",
        )
    return table


def _buckets(buckets: Sequence[Bucket]) -> Table:
    """The stretches in which something happened."""
    table = Table("from", "posts", "authors", "engagement", "posts/h", "change", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for bucket in filter(_moved, buckets):
        table.add_row(
            f"{bucket.bucket_start:%m-%d %H:%M}",
            str(bucket.posts),
            str(bucket.authors),
            f"{bucket.engagement_gained:,.0f}",
            f"{bucket.velocity:.1f}",
            f"{bucket.acceleration:+.1f}",
        )
    return table


def _moved(bucket: Bucket) -> bool:
    return bool(bucket.posts or bucket.engagement_gained or bucket.acceleration)


def _evidence(post: Evidence) -> Iterator[Text]:
    yield plain(f"\n{post.title}", "bold")
    yield plain(f"  {post.evidence_id}, posted {post.happened_at:%Y-%m-%d %H:%M} by {post.author or 'nobody known'}")
    if counts := _counts(post):
        yield plain(f"  {counts}")
    for link in dict.fromkeys(filter(None, (post.url, post.permalink))):
        yield plain(f"  {link}", "blue")
    yield plain(f"  captured {post.captured_at:%Y-%m-%d %H:%M} from {post.surface}, capture {post.capture_id}", "dim")
    yield plain(f"  {post.raw_path or 'no raw bytes were kept'}", "dim")


def _counts(post: Evidence) -> str:
    names = {**post.counts_at_first_sight, **post.counts_now}
    return ", ".join(
        f"{post.counts_at_first_sight.get(name, 0):,} → {post.counts_now.get(name, 0):,} {name}" for name in names
    )
