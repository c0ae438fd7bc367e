-- Posts of everything since $start, hours counted from there, in order of capture; an unknown author is -1. Who it was
-- matters in windows only, from $window_start on; what was captured before $first_hour is seen by all hours alike.
WITH posts AS (
    SELECT
        greatest(capture_hour, $first_hour) AS captured_at,
        time_bucket(INTERVAL 1 HOUR, happened_at) AS happened_at,
        CASE WHEN rows.happened_at >= $window_start AND author IS NOT NULL THEN hash(platform, author) END AS author,
        count(*) AS posts
    FROM rows
    WHERE rows.happened_at >= $start
    GROUP BY ALL
)

SELECT
    date_diff('hour', $start::TIMESTAMPTZ, captured_at) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, happened_at) AS happened,
    coalesce((author >> 1)::BIGINT, -1) AS author,
    posts::DOUBLE AS posts
FROM posts
ORDER BY captured
