-- Sightings of authors in the clusters in play since $start, hours counted from there, in order of capture. Who it was
-- matters in windows only, from $window_start on; what was captured before the hour $first is seen by all hours alike.
SELECT
    greatest(date_diff('hour', $start::TIMESTAMPTZ, rows.capture_hour), $first) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, rows.bucket_start) AS happened,
    in_play.cluster,
    CASE WHEN rows.bucket_start >= $window_start THEN (hash(rows.author_hash) >> 1)::BIGINT ELSE -1 END AS author,
    count(*)::DOUBLE AS sightings
FROM rows
INNER JOIN in_play USING (cluster_id)
WHERE rows.bucket_start >= $start::TIMESTAMPTZ
GROUP BY ALL
ORDER BY captured
