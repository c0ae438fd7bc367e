-- What one cluster gained in each stretch of $width from $first to $last, with how fast that was and how that changed.
-- Relations: buckets (cluster_buckets), authors (cluster_authors), both from a stretch before.
WITH stretches AS (
    SELECT unnest(
        generate_series(
            time_bucket($width::INTERVAL, $first::TIMESTAMPTZ) - $width::INTERVAL, $last::TIMESTAMPTZ, $width::INTERVAL
        )
    ) AS bucket_start
),

gained AS (
    SELECT
        time_bucket($width::INTERVAL, bucket_start) AS bucket_start,
        sum(artifact_count)::BIGINT AS posts,
        sum(engagement_gained) AS engagement_gained
    FROM buckets
    WHERE cluster_id = $cluster_id
    GROUP BY ALL
),

posted AS (
    SELECT
        time_bucket($width::INTERVAL, bucket_start) AS bucket_start,
        count(DISTINCT author_hash) AS authors
    FROM authors
    WHERE cluster_id = $cluster_id
    GROUP BY ALL
),

counted AS (
    SELECT
        bucket_start,
        coalesce(gained.posts, 0) AS posts,
        coalesce(posted.authors, 0) AS authors,
        coalesce(gained.engagement_gained, 0) AS engagement_gained,
        coalesce(gained.posts, 0) / (epoch($width::INTERVAL) / 3600) AS velocity
    FROM stretches
    LEFT JOIN gained USING (bucket_start)
    LEFT JOIN posted USING (bucket_start)
)

SELECT
    *,
    (velocity - lag(velocity) OVER (ORDER BY bucket_start)) / (epoch($width::INTERVAL) / 3600) AS acceleration
FROM counted
QUALIFY acceleration IS NOT NULL
ORDER BY bucket_start
