-- Each trend's status now, with the numbers of its last hour over the threshold: later ones say nothing of it.
-- Relation: candidates (trend_candidates up to an hour).
WITH latest AS (
    SELECT
        trend_id,
        max_by(status, capture_hour) AS status
    FROM candidates
    GROUP BY trend_id
),

over_threshold AS (
    SELECT * EXCLUDE (status)
    FROM candidates
    WHERE status IN ('emerging', 'active')
    QUALIFY row_number() OVER (PARTITION BY trend_id ORDER BY capture_hour DESC) = 1
)

SELECT
    over_threshold.*,
    latest.status
FROM over_threshold
INNER JOIN latest USING (trend_id)
ORDER BY over_threshold.detected_at DESC, over_threshold.trend_score DESC, over_threshold.trend_id
