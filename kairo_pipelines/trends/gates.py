"""What makes an unlikely window a trend: enough authors, one thing, a name."""

import math
from collections.abc import Callable, Sequence

from kairo_pipelines.embedding import Vectors
from kairo_pipelines.trends.stories import Story
from kairo_pipelines.trends.views import Judged
from kairo_pipelines.trends.windows import THRESHOLD

#: Posts in a day's window from which a trend needs a third author; one more for each factor of three, at most five.
POSTS_FOR_THREE, MOST_NEEDED = 360, 5
#: How much the posts of a phrase must be about the same, as the mean cosine of their texts: stories that share an
#: ordinary word lie near 0.15, those about one event above 0.3.
MINIMUM_COHERENCE = 0.25
#: The texts of a topic share more than a word already.
TOPIC_COHERENCE = 0.2
#: What many talk of at once they say in many ways: from so many authors on less will do.
CROWD, CROWD_COHERENCE = 10, 0.15
#: What is never written as a name has to be this unlikely, in decades.
UNNAMED_THRESHOLD = 6.0
#: How likely the hottest item must be to become big, where lists tell; a story of a front page is one in twelve.
MINIMUM_HEAT = 0.05
#: Two authors are soon by chance. They make a trend of what is new within hours, clearly about one thing, and at least
#: as hot as most; by a threshold of their own, which two of what was never seen in two weeks pass.
PAIR_THRESHOLD, PAIR_COHERENCE, PAIR_HOURS, PAIR_HEAT = 2.5, 0.5, 6, 0.1


def minimum_authors(posts: float) -> int:
    """Authors that make a trend, by the posts of a day: two on a front page, three from 360 on, at most five."""
    return 2 + max(0, min(MOST_NEEDED - 2, 1 + math.floor(math.log(max(posts, 1) / POSTS_FOR_THREE, 3))))


def threshold(authors: int) -> float:
    """How unlikely a window of so many authors has to be, in decades."""
    return PAIR_THRESHOLD if authors <= 2 else THRESHOLD


def is_trend(judged: Judged, key_type: str, story: Story, embed: Callable[[Sequence[str]], Vectors]) -> bool:
    """Whether a window that passed as unlikely is a trend."""
    is_pair = judged.authors <= 2
    is_crowd = judged.authors >= CROWD
    if story.heat is not None and not is_crowd and story.heat < (PAIR_HEAT if is_pair else MINIMUM_HEAT):
        return False
    if is_pair:
        if judged.seen_before or story.span > PAIR_HOURS:
            return False
        if story.coherence(embed) < PAIR_COHERENCE:
            return False
    if key_type == "topic":
        return story.coherence(embed) >= (CROWD_COHERENCE if is_crowd else TOPIC_COHERENCE)
    if key_type != "phrase":
        return True
    if not story.is_named and judged.decades < UNNAMED_THRESHOLD:
        return False
    return story.coherence(embed) >= (CROWD_COHERENCE if is_crowd else MINIMUM_COHERENCE)
