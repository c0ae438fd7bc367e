-- What was posted in the clusters in play since $window_start, hours counted from $start, in order of capture; with how
-- each post writes what the cluster is called by, or with all its phrases where the cluster has no name of its own.
SELECT
    date_diff('hour', $start::TIMESTAMPTZ, artifacts.capture_hour) AS captured,
    date_diff('hour', $start::TIMESTAMPTZ, date_trunc('hour', artifacts.happened_at)) AS happened,
    clusters.cluster,
    artifacts.evidence_id AS item,
    artifacts.normalized_text AS text,
    CASE
        WHEN clusters.cluster_key_type = 'phrase'
            THEN list_filter([phrases[list_position(phrase_keys, clusters.cluster_key)]], lambda name: name IS NOT NULL)
        WHEN clusters.cluster_key_type IN ('url', 'topic') THEN artifacts.phrases
        ELSE []
    END AS names
FROM artifacts
INNER JOIN links USING (artifact_id)
INNER JOIN clusters USING (cluster_id)
WHERE artifacts.happened_at >= $window_start::TIMESTAMPTZ
ORDER BY captured, artifacts.happened_at, artifacts.artifact_id
