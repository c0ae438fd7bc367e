-- Sightings of authors in the clusters in play since $start, hours counted from there, in order of capture. Who it was
-- matters in windows only, from $window_start on; what was captured before $first_hour is seen by all hours alike.
WITH sightings AS (
    SELECT
        greatest(rows.capture_hour, $first_hour) AS captured_at,
        rows.bucket_start,
        in_play.cluster,
        CASE WHEN rows.bucket_start >= $window_start THEN hash(rows.author_hash) END AS author,
        count(*) AS sightings
    FROM rows
    INNER JOIN in_play USING (cluster_id)
    WHERE rows.bucket_start >= $start
    GROUP BY ALL
)

SELECT
    -- by microseconds of an hour, since date_diff asks the calendar, which takes twice as long as all the rest
    (epoch_us(captured_at) - epoch_us($start::TIMESTAMPTZ)) // 3600000000 AS captured,
    (epoch_us(bucket_start) - epoch_us($start::TIMESTAMPTZ)) // 3600000000 AS happened,
    cluster,
    coalesce((author >> 1)::BIGINT, -1) AS author,
    sightings::DOUBLE AS sightings
FROM sightings
ORDER BY captured
