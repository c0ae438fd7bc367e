-- Every post since $start, whatever it is of, hours counted from there, in order of capture; an unknown author is -1.
SELECT
    date_diff('hour', $start::TIMESTAMPTZ, capture_hour) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, date_trunc('hour', happened_at)) AS happened,
    CASE WHEN author IS NULL THEN -1 ELSE (hash(platform, author) >> 1)::BIGINT END AS author
FROM rows
WHERE happened_at >= $start::TIMESTAMPTZ
ORDER BY captured
