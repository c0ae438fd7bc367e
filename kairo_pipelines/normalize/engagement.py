"""How much attention a post got, on one scale for all platforms."""

import math

#: What one act is worth beside a like: a comment takes more effort, a share spreads, a view is nearly free.
COMMENT_WEIGHT, SHARE_WEIGHT, VIEW_WEIGHT = 2.0, 3.0, 0.01
#: Weighted acts at which the scale ends; the top posts of large platforms reach it.
FULL_SCALE = 1_000_000.0


def weighted_acts(likes: int | None, comments: int | None, shares: int | None, views: int | None) -> float:
    """Likes + 2 comments + 3 shares + views / 100; an unknown count adds nothing."""
    return (
        max(likes or 0, 0)
        + COMMENT_WEIGHT * max(comments or 0, 0)
        + SHARE_WEIGHT * max(shares or 0, 0)
        + VIEW_WEIGHT * max(views or 0, 0)
    )


def engagement_score(likes: int | None, comments: int | None, shares: int | None, views: int | None) -> float:
    """0 to 100: 100 · log(1 + weighted acts) / log(1 + 1,000,000). Ten times the attention adds about 17 anywhere."""
    acts = weighted_acts(likes, comments, shares, views)
    return round(min(100.0, 100.0 * math.log1p(acts) / math.log1p(FULL_SCALE)), 3)
