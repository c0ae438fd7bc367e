-- What the clusters in play gained since $window_start, hours counted from $start, in order of capture; a bit per platform.
SELECT
    date_diff('hour', $start::TIMESTAMPTZ, rows.capture_hour) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, rows.bucket_start) AS happened,
    in_play.cluster,
    rows.artifact_count::DOUBLE AS posts,
    rows.engagement_gained AS engagement,
    list_sum(
        list_transform(rows.platforms, lambda platform: 1::BIGINT << (list_position($platforms, platform) - 1))
    )::BIGINT AS platforms
FROM rows
INNER JOIN in_play USING (cluster_id)
WHERE rows.bucket_start >= $window_start
ORDER BY captured
