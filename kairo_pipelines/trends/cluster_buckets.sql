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

posted AS (
    SELECT
        links.cluster_id,
        time_bucket($width::INTERVAL, artifacts.happened_at) AS bucket_start,
        artifacts.capture_hour,
        count(*) AS artifact_count,
        count(DISTINCT artifacts.platform || ' ' || artifacts.author) AS author_count,
        list_sort(list(DISTINCT artifacts.platform)) AS platforms
    FROM artifacts
    INNER JOIN links USING (artifact_id)
    WHERE
        artifacts.capture_hour >= $first_hour
        AND artifacts.happened_at >= artifacts.capture_hour - $lateness_limit::INTERVAL
    GROUP BY ALL
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

gained AS (
    SELECT
        links.cluster_id,
        growth.bucket_start,
        growth.capture_hour,
        sum(growth.gained) AS engagement_gained,
        list_sort(list(DISTINCT artifacts.platform)) AS platforms
    FROM growth
    INNER JOIN artifacts USING (evidence_id)
    INNER JOIN links USING (artifact_id)
    WHERE
        growth.gained > 0
        AND growth.capture_hour >= $first_hour
        -- by the age of the item, not by how many hours are made at once
        AND growth.capture_hour - artifacts.capture_hour <= $followed_for
    GROUP BY ALL
)

SELECT
    cluster_id,
    bucket_start,
    capture_hour,
    coalesce(posted.artifact_count, 0) AS artifact_count,
    coalesce(posted.author_count, 0) AS author_count,
    coalesce(gained.engagement_gained, 0)::DOUBLE AS engagement_gained,
    list_sort(list_distinct(coalesce(posted.platforms, []) || coalesce(gained.platforms, []))) AS platforms,
    coalesce(coverage.coverage, 0) AS coverage,
    strftime(capture_hour, '%Y-%m-%d') AS capture_day
FROM posted
FULL JOIN gained USING (cluster_id, bucket_start, capture_hour)
LEFT JOIN coverage USING (capture_hour)
ORDER BY capture_hour, cluster_id, bucket_start
