-- Posts of some trends in each of the $shown hours up to a row's own, as known then; hours without any have no row.
-- Relations: trends (trend_id, cluster_id, capture_hour), buckets (cluster_buckets).
SELECT
    trends.trend_id,
    date_diff('hour', buckets.bucket_start, trends.capture_hour) AS hours_ago,
    sum(buckets.artifact_count)::BIGINT AS posts
FROM buckets
INNER JOIN trends USING (cluster_id)
WHERE
    buckets.capture_hour <= trends.capture_hour
    AND date_diff('hour', buckets.bucket_start, trends.capture_hour) BETWEEN 0 AND $shown - 1
GROUP BY ALL
