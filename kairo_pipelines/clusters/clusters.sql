-- The clusters of some links as they were first seen. Relation: links, as links.sql gives them.
SELECT
    cluster_id,
    capture_hour,
    any_value(capture_day) AS capture_day,
    any_value(key_type) AS cluster_key_type,
    any_value(key) AS cluster_key,
    arg_min(replace(written, 'https://', ''), (happened_at, artifact_id)) AS display_name,
    list_sort(list(DISTINCT platform)) AS platforms
FROM links
GROUP BY cluster_id, capture_hour
QUALIFY row_number() OVER (PARTITION BY cluster_id ORDER BY capture_hour) = 1
