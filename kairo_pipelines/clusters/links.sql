-- Which artifact is in which cluster, the primary link first, and how the artifact calls it.
-- Relations: artifacts (normalized_artifacts) and topics (artifact_id, topic, name, is_shared), of the hours being made.
-- The lower its place, the more a cluster is what the artifact is about: the page it links to, its sound, a topic that
-- others share, its first tag, its longest phrase, a topic of its own.
WITH keys AS (
    SELECT artifact_id, 'url' AS key_type, canonical_url AS key, canonical_url AS written, 0 AS place
    FROM artifacts
    WHERE canonical_url IS NOT NULL
    UNION ALL
    -- a sound belongs to its platform
    SELECT artifact_id, 'audio', platform || ':' || audio_id, audio_id, 1
    FROM artifacts
    WHERE audio_id IS NOT NULL
    UNION ALL
    SELECT artifact_id, 'topic', topic, name, CASE WHEN is_shared THEN 2 ELSE 20000 END
    FROM topics
    UNION ALL
    SELECT artifact_id, 'hashtag', tag, '#' || tag, 2 + place
    FROM (SELECT artifact_id, unnest(hashtags) AS tag, generate_subscripts(hashtags, 1) AS place FROM artifacts)
    UNION ALL
    SELECT artifact_id, 'phrase', key, written, place + CASE WHEN contains(written, ' ') THEN 10000 ELSE 15000 END
    FROM (
        SELECT
            artifact_id,
            unnest(phrase_keys) AS key,
            unnest(phrases) AS written,
            generate_subscripts(phrase_keys, 1) AS place
        FROM artifacts
    )
),

-- The same key is the same cluster for ever.
clusters AS (
    SELECT
        key_type,
        key,
        left(sha256(key_type || chr(10) || key), 24) AS cluster_id
    FROM (SELECT DISTINCT key_type, key FROM keys)
),

first_places AS (
    SELECT artifact_id, min(place) AS place
    FROM keys
    GROUP BY artifact_id
)

SELECT
    keys.artifact_id,
    clusters.cluster_id,
    CASE WHEN keys.place = first_places.place THEN 'primary' ELSE 'secondary' END AS role,
    keys.key_type,
    keys.key,
    keys.written,
    artifacts.platform,
    artifacts.happened_at,
    artifacts.capture_day,
    artifacts.capture_hour
FROM keys
INNER JOIN clusters USING (key_type, key)
INNER JOIN first_places USING (artifact_id)
INNER JOIN artifacts USING (artifact_id)
