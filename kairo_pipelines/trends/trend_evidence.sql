-- The posts of one cluster since $began, each with the capture that first saw it, in the order in which they happened.
-- Relations: links of the cluster, artifacts, items, runs (capture_runs), observations as far as counts are known.
WITH last_seen AS (
    SELECT
        evidence_id,
        {
            'views': max_by(view_count, observed_at),
            'likes': max_by(like_count, observed_at),
            'comments': max_by(comment_count, observed_at),
            'shares': max_by(share_count, observed_at)
        } AS counts
    FROM observations
    GROUP BY evidence_id
)

SELECT
    artifacts.artifact_id,
    items.evidence_id,
    links.role,
    items.platform,
    coalesce(items.title, items.text_content) AS title,
    items.author,
    items.url,
    items.permalink,
    artifacts.happened_at,
    items.first_seen_at,
    {
        'views': items.view_count,
        'likes': items.like_count,
        'comments': items.comment_count,
        'shares': items.share_count
    } AS counts_at_first_sight,
    coalesce(last_seen.counts, counts_at_first_sight) AS counts_now,
    items.capture_id,
    runs.platform || ' ' || runs.surface_type || ' ' || runs.surface_key AS surface,
    runs.started_at AS captured_at,
    runs.body_path
FROM links
INNER JOIN artifacts USING (artifact_id)
INNER JOIN items ON artifacts.evidence_id = items.evidence_id
INNER JOIN runs ON items.capture_id = runs.capture_id
LEFT JOIN last_seen ON items.evidence_id = last_seen.evidence_id
WHERE links.cluster_id = $cluster_id AND artifacts.happened_at >= $began::TIMESTAMPTZ
ORDER BY artifacts.happened_at, items.evidence_id
