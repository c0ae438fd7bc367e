"""The words with a fixed set of values that contracts, models and brand files share."""

from enum import StrEnum
from typing import Literal

Channel = Literal[
    "x", "linkedin", "instagram", "tiktok", "youtube", "threads", "bluesky", "mastodon", "facebook", "newsletter"
]
TrendStatus = Literal["emerging", "active", "fading", "stale"]
DecisionType = Literal["pin", "unpin", "snooze", "unsnooze", "approve", "reject"]
DecidedObject = Literal["opportunity", "package", "variant"]

SignalLane = Literal["brand", "outside"]
"""Whether a signal is the brand's business, or only hot: shown beside it, so that filters do not hide what is."""

#: The kind of cluster where there is no trend, but one post: that many react to, or that names the brand.
MOMENT_KIND, MENTION_KIND = "post", "mention"

BoardSource = Literal["model", "grounded", "existing"]
"""Who composed a board: a model; real signals without a model; or nobody anew, because generation failed."""

QualityBand = Literal["good", "partial", "bad", "invalid"]
"""How good something is: for evaluation only, and no part of the API."""


class OpportunityType(StrEnum):
    """What an opportunity springs from."""

    TREND = "trend"
    EVERGREEN = "evergreen"
    COMPETITIVE = "competitive"
    CAMPAIGN = "campaign"


class PatternStatus(StrEnum):
    """Whether new variants may follow a pattern."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class PackageStatus(StrEnum):
    """How far people have taken a package."""

    DRAFT = "draft"
    APPROVED = "approved"
    REJECTED = "rejected"
    ARCHIVED = "archived"


class VariantStatus(StrEnum):
    """How far people have taken a variant."""

    DRAFT = "draft"
    EDITED = "edited"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"
