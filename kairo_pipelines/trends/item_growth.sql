-- What an item's first 75 minutes show: its points, rank and comments, and how it gains beside the field.
-- Relation: observations (seen_at, item, points, rank, comments; the last two may be null), of one list, whole captures only.
-- Nothing later than first sight + $decided_within is looked at; minutes where not said otherwise.
WITH seen AS (
    SELECT
        seen_at,
        item,
        max(points)::DOUBLE AS points,
        min(rank)::DOUBLE AS rank,
        max(comments)::DOUBLE AS comments
    FROM observations
    WHERE item IS NOT NULL AND points IS NOT NULL
    GROUP BY ALL
),

captures AS (
    SELECT
        seen_at,
        epoch(seen_at - lag(seen_at) OVER (ORDER BY seen_at)) / 60 AS gap
    FROM (SELECT DISTINCT seen_at FROM seen)
),

beside_before AS (
    SELECT
        *,
        min(seen_at) OVER item_in_order AS first_seen_at,
        lag(seen_at) OVER item_in_order AS seen_before_at,
        points - lag(points) OVER item_in_order AS risen
    FROM seen
    WINDOW item_in_order AS (PARTITION BY item ORDER BY seen_at)
),

gains AS (
    SELECT
        *,
        CASE WHEN seen_at - seen_before_at <= INTERVAL 3 HOUR THEN greatest(risen, 0) END AS gain,
        CASE WHEN seen_at - seen_before_at <= INTERVAL 3 HOUR THEN epoch(seen_at - seen_before_at) / 60 END AS minutes
    FROM beside_before
),

-- Points a minute of the mean story on the list.
field AS (
    SELECT
        seen_at,
        avg(gain / minutes) AS pace
    FROM gains
    GROUP BY seen_at
),

early AS (
    SELECT
        gains.*,
        max(gains.seen_at) OVER (PARTITION BY item) AS last_seen_at,
        field.pace,
        captures.gap
    FROM gains
    INNER JOIN field USING (seen_at)
    INNER JOIN captures USING (seen_at)
    WHERE gains.seen_at <= first_seen_at + $decided_within::INTERVAL
),

-- The sight before the last is one at least 20 minutes earlier: from closer ones a pace can't be told.
items AS (
    SELECT
        item,
        first_seen_at,
        last_seen_at,
        arg_min(points, seen_at) AS first_points,
        arg_max(points, seen_at) AS last_points,
        arg_max(rank, seen_at) AS last_rank,
        max(comments) AS comments,
        arg_min(gap, seen_at) AS gap_before,
        sum(gain) AS gained,
        sum(pace * minutes) AS field_gained,
        max(seen_at) FILTER (WHERE seen_at <= last_seen_at - INTERVAL 20 MINUTE) AS seen_before_at,
        arg_max(points, seen_at) FILTER (WHERE seen_at <= last_seen_at - INTERVAL 20 MINUTE) AS points_before,
        arg_max(rank, seen_at) FILTER (WHERE seen_at <= last_seen_at - INTERVAL 20 MINUTE) AS rank_before
    FROM early
    GROUP BY ALL
),

decisions AS (
    SELECT
        items.item,
        max(captures.seen_at) AS decided_at
    FROM items
    INNER JOIN captures
        ON captures.seen_at BETWEEN items.last_seen_at AND items.first_seen_at + $decided_within::INTERVAL
    GROUP BY items.item
)

SELECT
    items.item,
    items.first_seen_at,
    decisions.decided_at,
    items.first_points,
    items.last_points,
    items.points_before,
    items.last_rank,
    items.rank_before,
    items.comments,
    items.gap_before,
    items.gained,
    items.field_gained,
    epoch(items.last_seen_at - items.first_seen_at) / 60 AS followed,
    epoch(items.last_seen_at - items.seen_before_at) / 60 AS since_before,
    epoch(decisions.decided_at - items.last_seen_at) / 60 AS away
FROM items
INNER JOIN decisions USING (item)
ORDER BY items.item
