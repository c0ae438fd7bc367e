-- What became big, whether it was noticed or not: in each cluster the densest three days of $least_authors distinct
-- authors or more, $times as many posts as in its six weeks before, or as much of them as was captured.
-- Relations: artifacts, links, clusters. A burst's last post lies from $first to $last.
WITH posts AS (
    SELECT
        links.cluster_id,
        artifacts.artifact_id,
        artifacts.author,
        artifacts.happened_at
    FROM links
    INNER JOIN artifacts USING (artifact_id)
    WHERE artifacts.author IS NOT NULL
),

large_enough AS (
    SELECT cluster_id
    FROM posts
    GROUP BY cluster_id
    HAVING count(DISTINCT author) >= $least_authors
),

windows AS (
    SELECT
        cluster_id,
        happened_at,
        count(DISTINCT author) OVER three_days AS authors,
        count(*) OVER six_weeks_before AS posts_before
    FROM posts
    SEMI JOIN large_enough USING (cluster_id)
    WINDOW
        three_days AS (
            PARTITION BY cluster_id ORDER BY happened_at
            RANGE BETWEEN INTERVAL 3 DAY PRECEDING AND CURRENT ROW
        ),
        six_weeks_before AS (
            PARTITION BY cluster_id ORDER BY happened_at
            RANGE BETWEEN INTERVAL 45 DAY PRECEDING AND INTERVAL 3 DAY PRECEDING
        )
),

expected AS (
    SELECT
        *,
        posts_before * 3 / greatest(3, least(42, epoch(happened_at - $captured_since::TIMESTAMPTZ) / 86400 - 3)) AS usual
    FROM windows
    WHERE happened_at BETWEEN $first::TIMESTAMPTZ AND $last::TIMESTAMPTZ
),

bursting AS (
    SELECT
        *,
        happened_at - lag(happened_at) OVER (PARTITION BY cluster_id ORDER BY happened_at) > INTERVAL 3 DAY AS is_new
    FROM expected
    WHERE authors >= $least_authors AND authors >= $times * usual
),

numbered AS (
    SELECT
        *,
        sum(coalesce(is_new, true)::BIGINT) OVER (PARTITION BY cluster_id ORDER BY happened_at) AS burst
    FROM bursting
),

densest AS (
    SELECT *
    FROM numbered
    QUALIFY row_number() OVER (PARTITION BY cluster_id, burst ORDER BY authors DESC, happened_at) = 1
),

bursts AS (
    SELECT
        densest.cluster_id,
        clusters.cluster_key_type,
        clusters.display_name,
        densest.authors,
        densest.usual,
        min(posts.happened_at) AS began_at,
        densest.happened_at AS ended_at,
        list(DISTINCT posts.artifact_id ORDER BY posts.artifact_id) AS posts
    FROM densest
    INNER JOIN clusters USING (cluster_id)
    INNER JOIN posts
        ON densest.cluster_id = posts.cluster_id
        AND posts.happened_at BETWEEN densest.happened_at - INTERVAL 3 DAY AND densest.happened_at
    GROUP BY ALL
)

SELECT
    cluster_id,
    cluster_key_type,
    display_name,
    authors,
    usual,
    began_at,
    ended_at,
    posts
FROM bursts
-- the same posts may be in several clusters: a phrase names them better than a topic does
ORDER BY authors DESC, cluster_key_type = 'topic', usual, cluster_id, ended_at
