-- What each capture hour from $first_hour on added to each cluster, by the bucket in which it happened.
-- Relations: runs (capture_runs), artifacts, links and observations; the last three reach back so that an item seen
-- again is compared with its last counts and finds its clusters.
WITH coverage AS (
    SELECT
        capture_hour,
        avg(CASE WHEN status = 'failed' THEN 0 ELSE 1 END) AS coverage
    FROM runs
    GROUP BY capture_hour
),

-- A bit for each platform, since sets of bits are quick to unite.
platforms AS (
    SELECT
        platform,
        1::BIGINT << (row_number() OVER (ORDER BY platform) - 1) AS bit
    FROM (SELECT DISTINCT platform FROM artifacts)
),

posts AS (
    SELECT
        artifacts.artifact_id,
        artifacts.evidence_id,
        artifacts.capture_hour,
        artifacts.happened_at,
        platforms.bit,
        CASE WHEN artifacts.author IS NOT NULL THEN hash(artifacts.platform, artifacts.author) END AS author
    FROM artifacts
    INNER JOIN platforms USING (platform)
),

-- Against the most that was known of each kind: a first sight gains nothing, an unknown count is no zero, and what two
-- servers know differently of one post is no growth.
risen AS (
    SELECT
        evidence_id,
        capture_hour,
        observed_at,
        like_count - max(like_count) OVER earlier AS likes,
        comment_count - max(comment_count) OVER earlier AS comments,
        share_count - max(share_count) OVER earlier AS shares,
        view_count - max(view_count) OVER earlier AS views
    FROM observations
    WINDOW
        earlier AS (
            PARTITION BY evidence_id
            ORDER BY observed_at, capture_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
),

-- Counts go down at times; a loss is no gain.
growth AS (
    SELECT
        evidence_id,
        capture_hour,
        -- an answer that came after its hour was over is of that hour
        time_bucket($width::INTERVAL, least(observed_at, capture_hour + INTERVAL 59 MINUTE)) AS bucket_start,
        greatest(coalesce(likes, 0), 0)
        + $comment_weight * greatest(coalesce(comments, 0), 0)
        + $share_weight * greatest(coalesce(shares, 0), 0)
        + $view_weight * greatest(coalesce(views, 0), 0) AS gained
    FROM risen
),

posted AS (
    SELECT
        links.cluster_id,
        time_bucket($width::INTERVAL, posts.happened_at) AS bucket_start,
        posts.capture_hour,
        posts.author,
        bit_or(posts.bit) AS bits,
        count(*) AS artifacts
    FROM posts
    INNER JOIN links USING (artifact_id)
    WHERE
        posts.capture_hour >= $first_hour
        AND posts.happened_at >= posts.capture_hour - $lateness_limit::INTERVAL
    GROUP BY ALL
),

grown AS (
    SELECT
        posts.artifact_id,
        growth.bucket_start,
        growth.capture_hour,
        posts.bit AS bits,
        growth.gained
    FROM growth
    INNER JOIN posts USING (evidence_id)
    WHERE
        growth.gained > 0
        AND growth.capture_hour >= $first_hour
        -- by the age of the item, not by how many hours are made at once
        AND growth.capture_hour <= posts.capture_hour + $followed_for
),

added AS (
    SELECT
        cluster_id,
        bucket_start,
        capture_hour,
        author,
        bits,
        artifacts,
        0 AS gained
    FROM posted
    UNION ALL
    SELECT
        links.cluster_id,
        grown.bucket_start,
        grown.capture_hour,
        NULL,
        grown.bits,
        0,
        grown.gained
    FROM grown
    INNER JOIN links USING (artifact_id)
),

buckets AS (
    SELECT
        cluster_id,
        bucket_start,
        capture_hour,
        sum(artifacts)::BIGINT AS artifact_count,
        count(author) AS author_count,
        sum(gained)::DOUBLE AS engagement_gained,
        bit_or(bits) AS bits
    FROM added
    GROUP BY ALL
),

named AS (
    SELECT
        bits,
        list(platform ORDER BY platform) AS platforms
    FROM (SELECT DISTINCT bits FROM buckets)
    INNER JOIN platforms ON bits & bit <> 0
    GROUP BY bits
)

SELECT
    buckets.cluster_id,
    buckets.bucket_start,
    buckets.capture_hour,
    buckets.artifact_count,
    buckets.author_count,
    buckets.engagement_gained,
    named.platforms,
    coalesce(coverage.coverage, 0) AS coverage,
    strftime(capture_hour, '%Y-%m-%d') AS capture_day
FROM buckets
INNER JOIN named USING (bits)
LEFT JOIN coverage USING (capture_hour)
ORDER BY capture_hour
