-- Who posted in the clusters in play since $start, hours counted from there, in order of capture.
SELECT
    date_diff('hour', $start::TIMESTAMPTZ, rows.capture_hour) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, rows.bucket_start) AS happened,
    in_play.cluster,
    (hash(rows.author_hash) >> 1)::BIGINT AS author
FROM rows
INNER JOIN in_play USING (cluster_id)
WHERE rows.bucket_start >= $start::TIMESTAMPTZ
ORDER BY captured
