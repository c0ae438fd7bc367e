-- Who posted in each cluster and bucket; an unknown author has no row, and neither has one who repeats another's text.
-- Relations: artifacts and links of the hours being made; known, the artifacts from before them with which a text is
-- compared, and they themselves.
WITH bands AS (
    SELECT
        artifact_id,
        capture_hour,
        happened_at,
        unnest(signature) AS band
    FROM known
    WHERE author IS NOT NULL
),

first_of_band AS (
    SELECT
        band,
        arg_min(artifact_id, (capture_hour, happened_at, artifact_id)) AS artifact_id
    FROM bands
    GROUP BY band
    HAVING count(*) > 1
),

copies AS (
    SELECT DISTINCT bands.artifact_id
    FROM bands
    INNER JOIN first_of_band USING (band)
    WHERE bands.artifact_id <> first_of_band.artifact_id
)

SELECT DISTINCT
    links.cluster_id,
    left(sha256(artifacts.platform || ' ' || artifacts.author), 16) AS author_hash,
    time_bucket($width::INTERVAL, artifacts.happened_at) AS bucket_start,
    artifacts.capture_hour,
    artifacts.capture_day
FROM artifacts
INNER JOIN links USING (artifact_id)
ANTI JOIN copies USING (artifact_id)
WHERE
    artifacts.author IS NOT NULL
    AND artifacts.happened_at >= artifacts.capture_hour - $lateness_limit::INTERVAL
ORDER BY ALL
