"""The same in Polars: lazy frames, clusters and artifacts by number inside, each distinct key hashed once."""

import hashlib

import numpy as np
import polars as pl
from found import HOURS, START, WINDOW_START, Found, Looked
from polars import col

from kairo_pipelines.hours import HOUR
from kairo_pipelines.trends.gates import minimum_authors
from kairo_pipelines.trends.increments import GROWTH_MEMORY, LATENESS_LIMIT
from kairo_pipelines.trends.windows import SHORT

BUCKET = ["cluster", "bucket_start", "capture_hour"]


def run(lake_uri: str) -> Found:
    """From the files of artifacts and observations to the scores of the last hour."""
    artifacts = _read(lake_uri, "normalized_artifacts").drop("signature", "normalized_text").collect()
    artifacts = (
        artifacts.with_row_index("artifact")
        .with_columns(
            col("happened_at").dt.truncate("1h").alias("bucket_start"),
            (2 ** (col("platform").rank("dense") - 1).cast(pl.Int64)).alias("bit"),
            (col("happened_at") >= col("capture_hour") - LATENESS_LIMIT).alias("on_time"),
            (col("platform") + " " + col("author")).alias("who"),
        )
        .drop("author")
    )
    links, ids = _links(artifacts)
    clusters = _clusters(links, artifacts, ids)
    authors = _authors(artifacts, _copies(lake_uri), links, ids)
    buckets = _buckets(lake_uri, artifacts, links, ids)
    return Found.of(
        *_scores(lake_uri, artifacts, authors, ids),
        links=len(links),
        primary_links=(links["role"] == "primary").sum(),
        clusters=len(clusters),
        letters_of_names=clusters["display_name"].str.len_chars().sum(),
        buckets=len(buckets),
        posts=buckets["artifact_count"].sum(),
        authors_in_buckets=buckets["author_count"].sum(),
        gained=float(buckets["engagement_gained"].sum()),
        platforms=buckets["platforms"].bitwise_count_ones().sum(),
        author_rows=len(authors),
    )


def _read(lake_uri: str, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(f"{lake_uri}/tables/{table}/**/*.parquet", hive_partitioning=False)


def _sha(texts: pl.Series, letters: int) -> pl.Series:
    return pl.Series([hashlib.sha256(text.encode()).hexdigest()[:letters] for text in texts], dtype=pl.String)


def _links(artifacts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Links, with the numbers of artifact and cluster beside their ids; and the ids of clusters by number."""
    urls = artifacts.lazy().filter(col("canonical_url").is_not_null())
    tags = artifacts.lazy().filter(col("hashtags").list.len() > 0).explode("hashtags")
    phrases = artifacts.lazy().filter(col("phrase_keys").list.len() > 0).explode("phrase_keys", "phrases")
    nth = pl.int_range(pl.len()).over("artifact") + 1
    spaced = pl.when(col("phrases").str.contains(" ", literal=True)).then(10_000).otherwise(15_000)
    artifact = col("artifact", "artifact_id")
    rows = pl.concat(
        [
            urls.select(
                artifact,
                key_type=pl.lit("url"),
                key="canonical_url",
                written="canonical_url",
                place=pl.lit(0, pl.Int64),
            ),
            tags.select(
                artifact, key_type=pl.lit("hashtag"), key="hashtags", written="#" + col("hashtags"), place=nth + 2
            ),
            phrases.select(
                artifact, key_type=pl.lit("phrase"), key="phrase_keys", written="phrases", place=nth + spaced
            ),
        ]
    ).collect()
    ids = rows.select("key_type", "key").unique().with_row_index("cluster")
    ids = ids.with_columns(cluster_id=_sha(ids["key_type"] + "\n" + ids["key"], 24))
    role = pl.when(col("place") == col("place").min().over("artifact")).then(pl.lit("primary"))
    links = rows.lazy().join(ids.lazy(), on=["key_type", "key"]).with_columns(role=role.otherwise(pl.lit("secondary")))
    return links.collect(), ids.select("cluster", "cluster_id")


def _clusters(links: pl.DataFrame, artifacts: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """Each cluster as it was first seen: its name, and its platforms in its first hour."""
    rows = links.lazy().join(
        artifacts.lazy().select("artifact", "capture_hour", "happened_at", "platform"), on="artifact"
    )
    rows = rows.filter(col("capture_hour") == col("capture_hour").min().over("cluster"))
    firsts = rows.sort("happened_at", "artifact_id").group_by("cluster")
    found = firsts.agg(
        col("key_type", "key").first(),
        col("written").first().str.replace("https://", "", literal=True).alias("display_name"),
        col("platform").unique().sort().alias("platforms"),
    )
    return found.join(ids.lazy(), on="cluster").collect()


def _copies(lake_uri: str) -> pl.DataFrame:
    """Artifacts that share a band with an earlier one."""
    known = _read(lake_uri, "normalized_artifacts").filter(col("author").is_not_null())
    known = known.select("artifact_id", "signature", "capture_hour", "happened_at")
    bands = known.sort("capture_hour", "happened_at", "artifact_id").filter(col("signature").list.len() > 0)
    bands = bands.select("artifact_id", "signature").explode("signature")
    return bands.filter(~col("signature").is_first_distinct()).select("artifact_id").unique().collect()


def _authors(artifacts: pl.DataFrame, copies: pl.DataFrame, links: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    posts = artifacts.filter(col("on_time") & col("who").is_not_null()).join(copies, on="artifact_id", how="anti")
    names = posts.select(col("who").unique()).with_row_index("author")
    names = names.with_columns(author_hash=_sha(names["who"], 16))
    posts = posts.join(names, on="who").select("artifact", "author", "bucket_start", "capture_hour")
    rows = links.lazy().select("artifact", "cluster").join(posts.lazy(), on="artifact")
    rows = rows.select(*BUCKET, "author").unique()
    return rows.join(names.lazy().drop("who"), on="author").join(ids.lazy(), on="cluster").collect()


def _buckets(lake_uri: str, artifacts: pl.DataFrame, links: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    order = {"partition_by": "evidence_id", "order_by": ["observed_at", "capture_id"]}
    gains = []
    for count, weight in (("like_count", 1.0), ("comment_count", 2.0), ("share_count", 3.0), ("view_count", 0.01)):
        before = col(count).cum_max().forward_fill().shift(1).over(**order)
        gains.append(weight * (col(count) - before).clip(lower_bound=0).fill_null(0).cast(pl.Float64))
    seen = _read(lake_uri, "evidence_observations").with_columns(gained=pl.sum_horizontal(gains))
    latest = col("capture_hour") + pl.duration(minutes=59)
    seen = seen.filter(col("gained") > 0).select(
        "evidence_id",
        "capture_hour",
        "gained",
        bucket_start=pl.min_horizontal("observed_at", latest).dt.truncate("1h"),
    )
    known = artifacts.lazy().select("evidence_id", "artifact", "bit", first_hour="capture_hour")
    gained = seen.join(known, on="evidence_id").filter(col("capture_hour") - col("first_hour") <= GROWTH_MEMORY)
    columns = ["artifact", "bucket_start", "capture_hour", "who", "bit", "posted", "gained"]
    posted = artifacts.lazy().filter("on_time").with_columns(posted=pl.lit(1), gained=pl.lit(0.0)).select(columns)
    gained = gained.with_columns(who=pl.lit(None, pl.String), posted=pl.lit(0)).select(columns)
    numbers = artifacts.lazy().select(col("who").unique().drop_nulls()).with_row_index("author")
    added = pl.concat([posted, gained]).join(numbers, on="who", how="left").drop("who")
    rows = links.lazy().select("artifact", "cluster").join(added, on="artifact")
    by_author = rows.group_by(*BUCKET, "author").agg(
        col("posted", "gained").sum(), col("bit").bitwise_or().alias("platforms")
    )
    buckets = by_author.group_by(BUCKET).agg(
        artifact_count=col("posted").sum(),
        engagement_gained=col("gained").sum(),
        author_count=col("author").count(),
        platforms=col("platforms").bitwise_or(),
    )
    runs = _read(lake_uri, "capture_runs")
    coverage = runs.group_by("capture_hour").agg(coverage=(col("status") != "failed").mean())
    return buckets.join(coverage, on="capture_hour", how="left").join(ids.lazy(), on="cluster").collect()


def _scores(
    lake_uri: str, artifacts: pl.DataFrame, authors: pl.DataFrame, ids: pl.DataFrame
) -> tuple[list[str], np.ndarray]:
    hour = ((col("bucket_start") - START) / HOUR).cast(pl.Int64)
    by_hour = artifacts.group_by(hour.alias("hour")).len().filter(col("hour") >= 0)
    posts = np.zeros(HOURS)
    posts[by_hour["hour"].to_numpy()] = by_hour["len"].to_numpy()
    in_short = col("bucket_start") > WINDOW_START + (23 * HOUR - SHORT.window)
    looked_at = (
        authors.filter(col("bucket_start") >= WINDOW_START)
        .group_by("cluster")
        .agg(known=col("author").n_unique(), short=col("author").filter(in_short).n_unique())
        .filter(col("known") >= minimum_authors(posts[-24:].sum()))
        .join(ids, on="cluster")
        .with_row_index("position")
    )
    past = authors.filter(hour >= 0).join(looked_at.select("cluster", "position"), on="cluster")
    past = past.group_by("position", hour.alias("hour")).len()
    covered = np.zeros(HOURS, dtype=bool)
    runs = _read(lake_uri, "capture_runs").filter(col("status") != "failed")
    covered[runs.select(((col("capture_hour") - START) / HOUR).cast(pl.Int64)).collect().to_series().to_numpy()] = True
    looked = Looked(
        past["position"].to_numpy().astype(np.int64),
        past["hour"].to_numpy(),
        past["len"].to_numpy().astype(float),
        looked_at["known"].to_numpy().astype(float),
        looked_at["short"].to_numpy().astype(float),
        posts,
        covered,
    )
    return looked_at["cluster_id"].to_list(), looked.decades()
