-- Who posted in each cluster and hour; an unknown author has no row.
-- Relations: artifacts and links of the hours being made.
SELECT DISTINCT
    links.cluster_id,
    left(sha256(artifacts.platform || ' ' || artifacts.author), 16) AS author_hash,
    date_trunc('hour', artifacts.happened_at) AS bucket_start,
    artifacts.capture_hour,
    artifacts.capture_day
FROM artifacts
INNER JOIN links USING (artifact_id)
WHERE
    artifacts.author IS NOT NULL
    AND artifacts.happened_at >= artifacts.capture_hour - $lateness_limit::INTERVAL
ORDER BY ALL
