"""Pictures of trends: posts over time, a strip for each. A figure of its own each time, so that threads may draw."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pandas as pd
from matplotlib import font_manager
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

#: What is drawn in what colour, everywhere: readable side by side without telling red from green.
POSTS, NOTICED = "#4477aa", "#ee7733"
_INCHES_WIDE, _INCHES_A_STRIP, _DOTS_PER_INCH = 7.0, 0.8, 80
_NAME_LENGTH = 40


@dataclass(frozen=True)
class Strip:
    """One trend's posts, by the moment at which each bucket begins, and when it was noticed."""

    name: str
    posts: "pd.Series[float]"
    noticed_at: datetime | None = None


def draw_strips(strips: Sequence[Strip]) -> bytes:
    """The strips one below the other, as a PNG of a few kB; each on its own scale, which is written beside it."""
    figure = Figure(figsize=(_INCHES_WIDE, _INCHES_A_STRIP * len(strips) + 0.3), layout="constrained")
    for axes, strip in zip(figure.subplots(len(strips), squeeze=False).flat, strips, strict=True):
        starts = strip.posts.index
        axes.stairs(strip.posts.to_numpy(), [*starts, starts[-1] + (starts[-1] - starts[-2])], fill=True, color=POSTS)
        if strip.noticed_at is not None and starts[0] <= strip.noticed_at <= starts[-1] + (starts[1] - starts[0]):
            axes.axvline(strip.noticed_at, color=NOTICED, linewidth=1.5)
        axes.set_title(drawable(strip.name), loc="left", fontsize=8, pad=2, parse_math=False)
        top = max(float(strip.posts.max()), 1.0)
        axes.set_ylim(0, top)
        axes.set_yticks([top], [f"{top:g}"])
        locator = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]
        axes.tick_params(labelsize=6, length=2, pad=1)
        axes.spines[["top", "right"]].set_visible(False)
    return as_png(figure)


def as_png(figure: Figure) -> bytes:
    """The picture as bytes."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DOTS_PER_INCH)
    return out.getvalue()


def drawable(name: str) -> str:
    """The name as far as the font has it: what it lacks is drawn as a box, without a warning for each."""
    shortened = name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1]}…"
    return "".join(character if ord(character) in _characters() else "□" for character in shortened)


@cache
def _characters() -> frozenset[int]:
    return frozenset(font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap())
