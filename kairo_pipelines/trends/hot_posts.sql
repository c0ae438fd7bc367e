-- Posts of the last day that drew more than most posts of the same surface ever drew, in the days before that.
-- Relations: items, artifacts, last_counts, each up to the hour that is asked about and as far back as is compared with.
-- Parameters: $fresh_since; $past_since, $least_posts and $least_past of what is compared with; $least_share, $least_acts;
-- $most, of very many the hottest; weights.
WITH counted AS (
    SELECT
        items.evidence_id,
        items.surface_id,
        items.first_seen_at,
        artifacts.happened_at,
        artifacts.happened_at >= $fresh_since::TIMESTAMPTZ AS is_fresh,
        last_counts.* EXCLUDE (evidence_id),
        greatest(coalesce(last_counts.like_count, 0), 0)
        + $comment_weight * greatest(coalesce(last_counts.comment_count, 0), 0)
        + $share_weight * greatest(coalesce(last_counts.share_count, 0), 0)
        + $view_weight * greatest(coalesce(last_counts.view_count, 0), 0) AS acts
    FROM items
    INNER JOIN artifacts USING (evidence_id)
    INNER JOIN last_counts USING (evidence_id)
    WHERE coalesce(
        last_counts.like_count, last_counts.comment_count, last_counts.share_count, last_counts.view_count
    ) IS NOT NULL
        -- what a feed still lists from long ago is no measure of what is usual now
        AND artifacts.happened_at >= $past_since::TIMESTAMPTZ
),

usual AS (
    SELECT
        surface_id,
        count(*) AS posts,
        -- by when they were seen: a surface captured for the first time lists old posts too
        $fresh_since::TIMESTAMPTZ - min(first_seen_at) AS past
    FROM counted
    WHERE NOT is_fresh
    GROUP BY surface_id
),

placed AS (
    SELECT
        *,
        -- those that drew less: the peers of a row drew the same
        count(*) FILTER (WHERE NOT is_fresh) OVER (
            PARTITION BY surface_id
            ORDER BY acts
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP
        ) AS outdone
    FROM counted
),

hot AS (
    SELECT
        placed.*,
        placed.outdone / usual.posts AS share,
        usual.posts AS compared_posts,
        usual.past
    FROM placed
    INNER JOIN usual USING (surface_id)
    WHERE
        placed.is_fresh
        AND placed.acts >= $least_acts
        AND usual.posts >= $least_posts
        AND usual.past >= $least_past::INTERVAL
        AND placed.outdone >= $least_share * usual.posts
)

SELECT
    hot.evidence_id,
    items.platform,
    items.title,
    items.text_content,
    items.url,
    items.permalink,
    items.author,
    items.published_at,
    items.first_seen_at,
    artifacts.normalized_text,
    hot.happened_at,
    hot.like_count,
    hot.comment_count,
    hot.share_count,
    hot.view_count,
    hot.acts,
    hot.share,
    hot.compared_posts,
    date_part('day', hot.past)::BIGINT AS compared_days
FROM hot
INNER JOIN items USING (evidence_id)
INNER JOIN artifacts USING (evidence_id)
-- a link that was posted twice is one thing
QUALIFY row_number() OVER (
    PARTITION BY coalesce(artifacts.canonical_url, hot.evidence_id)
    ORDER BY hot.share DESC, hot.acts DESC, hot.evidence_id
) = 1
ORDER BY hot.share DESC, hot.acts DESC, hot.evidence_id
LIMIT $most
