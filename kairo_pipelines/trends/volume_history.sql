-- Posts of everything since $start, hours counted from there, in order of capture; an unknown author is -1. Who it was
-- matters in windows only, from $window_start on; what was captured before the hour $first is seen by all hours alike.
SELECT
    greatest(date_diff('hour', $start::TIMESTAMPTZ, capture_hour), $first) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, date_trunc('hour', happened_at)) AS happened,
    CASE
        WHEN author IS NOT NULL AND happened_at >= $window_start THEN (hash(platform, author) >> 1)::BIGINT
        ELSE -1
    END AS author,
    count(*)::DOUBLE AS posts
FROM rows
WHERE happened_at >= $start::TIMESTAMPTZ
GROUP BY ALL
ORDER BY captured
