-- Which artifact is in which cluster, the primary link first, and how the artifact calls it.
-- Relations: artifacts (normalized_artifacts) and topics (artifact_id, topic, name, is_shared), of the hours being made.
-- The lower its place, the more a cluster is what the artifact is about: the page it links to, its sound, a topic that
-- others share, its first tag, its longest phrase, a topic of its own.
WITH keyed AS (
    SELECT
        artifacts.*,
        list_concat(
            CASE
                WHEN canonical_url IS NOT NULL
                    THEN [{key_type: 'url', key: canonical_url, written: canonical_url, place: 0}]
            END,
            CASE
                WHEN audio_id IS NOT NULL
                    -- a sound belongs to its platform
                    THEN [{key_type: 'audio', key: platform || ':' || audio_id, written: audio_id, place: 1}]
            END,
            CASE
                WHEN topics.topic IS NOT NULL
                    THEN [{
                        key_type: 'topic',
                        key: topics.topic,
                        written: topics.name,
                        place: CASE WHEN topics.is_shared THEN 2 ELSE 20000 END
                    }]
            END,
            list_transform(
                hashtags,
                lambda tag, place: {key_type: 'hashtag', key: tag, written: '#' || tag, place: 2 + place}
            ),
            list_transform(
                phrases,
                lambda written, place: {
                    key_type: 'phrase',
                    key: phrase_keys[place],
                    written: written,
                    place: place + CASE WHEN contains(written, ' ') THEN 10000 ELSE 15000 END
                }
            )
        ) AS keys
    FROM artifacts
    LEFT JOIN topics USING (artifact_id)
),

by_key AS (
    SELECT
        artifact_id,
        platform,
        happened_at,
        capture_day,
        capture_hour,
        list_min(list_transform(keys, lambda key: key.place)) AS first_place,
        unnest(keys) AS key
    FROM keyed
)

SELECT
    artifact_id,
    -- the same key is the same cluster for ever
    left(sha256(key.key_type || chr(10) || key.key), 24) AS cluster_id,
    CASE WHEN key.place = first_place THEN 'primary' ELSE 'secondary' END AS role,
    key.key_type,
    key.key,
    key.written,
    platform,
    happened_at,
    capture_day,
    capture_hour
FROM by_key
