-- Who posted in each cluster and bucket; an unknown author has no row, and neither has one who repeats another's text.
-- Relations: artifacts and links of the hours being made; known, the artifacts from before them with which a text is
-- compared, and they themselves.
-- Most bands are of one text alone: counting them first leaves little to compare.
WITH repeated AS (
    SELECT band
    FROM (SELECT unnest(signature) AS band FROM known WHERE author IS NOT NULL)
    GROUP BY band
    HAVING count(*) > 1
),

bands AS (
    SELECT
        artifact_id,
        capture_hour,
        -- whoever posted the same before, so that an hour says the same whatever it is made with
        lag(capture_hour) OVER (
            PARTITION BY band
            ORDER BY capture_hour, happened_at, artifact_id
        ) AS posted_before
    FROM (
        SELECT
            artifact_id,
            capture_hour,
            happened_at,
            unnest(signature) AS band
        FROM known
        WHERE author IS NOT NULL
    )
    SEMI JOIN repeated USING (band)
),

copies AS (
    SELECT DISTINCT artifact_id
    FROM bands
    WHERE posted_before >= capture_hour - $copy_memory::INTERVAL
),

posts AS (
    SELECT
        artifact_id,
        left(sha256(platform || ' ' || author), 16) AS author_hash,
        time_bucket($width::INTERVAL, happened_at) AS bucket_start,
        capture_hour,
        capture_day
    FROM artifacts
    ANTI JOIN copies USING (artifact_id)
    WHERE
        author IS NOT NULL
        AND happened_at >= capture_hour - $lateness_limit::INTERVAL
)

SELECT DISTINCT
    links.cluster_id,
    posts.author_hash,
    posts.bucket_start,
    posts.capture_hour,
    posts.capture_day
FROM posts
INNER JOIN links USING (artifact_id)
ORDER BY posts.capture_hour
