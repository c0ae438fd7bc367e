-- What was posted in the clusters in play since $window_start, hours counted from $start, in order of capture.
SELECT
    date_diff('hour', $start::TIMESTAMPTZ, artifacts.capture_hour) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, date_trunc('hour', artifacts.happened_at)) AS happened,
    in_play.cluster,
    artifacts.normalized_text AS text
FROM artifacts
INNER JOIN links USING (artifact_id)
INNER JOIN in_play USING (cluster_id)
WHERE artifacts.happened_at > $window_start::TIMESTAMPTZ
ORDER BY captured
