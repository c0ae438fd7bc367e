-- What became of each trend: posts by other authors in the days after it was detected, whether it was followed (null
-- while it is too early to say), and how many hours later it was at its height.
-- Relations: trends (a row of trend_candidates each), artifacts, links.
WITH posts AS (
    SELECT
        trends.trend_id,
        trends.detected_at,
        artifacts.author,
        artifacts.happened_at
    FROM trends
    INNER JOIN links USING (cluster_id)
    INNER JOIN artifacts USING (artifact_id)
    WHERE
        artifacts.happened_at >= trends.detected_at - to_hours(trends.window_hours)
        AND artifacts.happened_at < trends.detected_at + $followed_for::INTERVAL
),

-- Who had posted by then is no other author.
first_posts AS (
    SELECT
        trend_id,
        author,
        min(happened_at) AS happened_at
    FROM posts
    WHERE author IS NOT NULL
    GROUP BY trend_id, author
),

followers AS (
    SELECT
        first_posts.trend_id,
        count(*) AS followers
    FROM first_posts
    INNER JOIN trends USING (trend_id)
    WHERE first_posts.happened_at >= trends.detected_at
    GROUP BY first_posts.trend_id
),

-- The height is the middle of the densest stretch: each post with those up to twelve hours around it.
crowds AS (
    SELECT
        trend_id,
        happened_at,
        count(*) OVER (
            PARTITION BY trend_id ORDER BY happened_at
            RANGE BETWEEN INTERVAL 12 HOUR PRECEDING AND INTERVAL 12 HOUR FOLLOWING
        ) AS posts
    FROM posts
),

heights AS (
    SELECT
        trend_id,
        arg_max(happened_at, (posts, -epoch(happened_at))) AS height_at
    FROM crowds
    GROUP BY trend_id
),

came_to AS (
    SELECT
        trends.*,
        coalesce(followers.followers, 0) AS followers,
        trends.expected_count * epoch($followed_for::INTERVAL) / 3600 / trends.window_hours AS usual,
        heights.height_at
    FROM trends
    LEFT JOIN followers USING (trend_id)
    LEFT JOIN heights USING (trend_id)
)

SELECT
    *,
    CASE
        WHEN followers >= greatest($least_followers, $times_usual * usual) THEN true
        WHEN detected_at + $followed_for::INTERVAL <= $known_until::TIMESTAMPTZ THEN false
    END AS followed,
    epoch(height_at - detected_at) / 3600 AS lead_hours
FROM came_to
ORDER BY detected_at, trend_id
