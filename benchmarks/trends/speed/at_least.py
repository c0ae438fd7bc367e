"""The bare minimum: DuckDB reads the same files and groups them; no links, clusters, authors, growth or scores."""

import duckdb


def run(lake_uri: str) -> None:
    """Count artifacts by key and hour, and take the most that was counted of each item."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        files = {name: f"read_parquet('{lake_uri}/tables/{name}/*/*.parquet')" for name in (ARTIFACTS, OBSERVATIONS)}
        for query in (_BY_KEY_AND_HOUR.format(files[ARTIFACTS]), _BY_ITEM.format(files[OBSERVATIONS])):
            assert connection.sql(query).to_arrow_table().num_rows


ARTIFACTS, OBSERVATIONS = "normalized_artifacts", "evidence_observations"
_BY_KEY_AND_HOUR = """
    WITH keys AS (
        SELECT capture_hour, unnest(list_concat([canonical_url], hashtags, phrase_keys)) AS key
        FROM {}
    )

    SELECT key, capture_hour, count(*) AS posts
    FROM keys
    WHERE key IS NOT NULL
    GROUP BY ALL
"""
_BY_ITEM = """
    SELECT
        evidence_id,
        max(like_count) AS likes,
        max(comment_count) AS comments,
        max(share_count) AS shares,
        max(view_count) AS views
    FROM {}
    GROUP BY ALL
"""
