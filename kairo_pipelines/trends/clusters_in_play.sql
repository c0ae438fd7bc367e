-- The clusters that can matter, numbered: enough authors in the hours that a window reaches, or lately a candidate.
-- Relations: authors (cluster_authors), candidates (trend_candidates of the refractory time before).
WITH in_play AS (
    SELECT cluster_id
    FROM authors
    WHERE bucket_start >= $window_start
    GROUP BY cluster_id
    HAVING count(DISTINCT author_hash) >= $least_authors
    UNION
    SELECT cluster_id
    FROM candidates
)

SELECT
    cluster_id,
    row_number() OVER (ORDER BY cluster_id) - 1 AS cluster
FROM in_play
