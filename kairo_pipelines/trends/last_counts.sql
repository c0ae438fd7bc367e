-- What each item had when it was last seen.
-- Relation: observations (evidence_observations), of the hours that are looked at.
SELECT
    evidence_id,
    arg_max(view_count, observed_at) AS view_count,
    arg_max(like_count, observed_at) AS like_count,
    arg_max(comment_count, observed_at) AS comment_count,
    arg_max(share_count, observed_at) AS share_count
FROM observations
GROUP BY evidence_id
