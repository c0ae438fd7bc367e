-- The clusters of some links as they were first seen. Relation: links, as links.sql gives them.
WITH first_hours AS (
    SELECT
        cluster_id,
        min(capture_hour) AS capture_hour
    FROM links
    GROUP BY cluster_id
)

SELECT
    cluster_id,
    capture_hour,
    any_value(capture_day) AS capture_day,
    any_value(key_type) AS cluster_key_type,
    any_value(key) AS cluster_key,
    arg_min(replace(written, 'https://', ''), (happened_at, artifact_id)) AS display_name,
    list_sort(list(DISTINCT platform)) AS platforms
FROM links
INNER JOIN first_hours USING (cluster_id, capture_hour)
GROUP BY cluster_id, capture_hour
