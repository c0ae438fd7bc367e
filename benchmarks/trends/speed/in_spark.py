"""The same in PySpark on two cores of this machine, in its SQL functions alone; each table is made whole and kept."""

import os
from pathlib import Path

import numpy as np
from found import HOURS, START, WINDOW_START, Found, Looked
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as f

from kairo_pipelines.hours import HOUR
from kairo_pipelines.trends.gates import minimum_authors
from kairo_pipelines.trends.increments import GROWTH_MEMORY, LATENESS_LIMIT
from kairo_pipelines.trends.windows import SHORT

BUCKET = ["cluster_id", "bucket_start", "capture_hour"]


def session() -> SparkSession:
    """A session with two cores and as much memory as it can use here, and no page that watches it."""
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "8g")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )


def peak_megabytes(spark: SparkSession) -> float:
    """The most memory that the Java process has held."""
    lines = (_process(spark) / "status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def cpu_seconds(spark: SparkSession) -> float:
    """What all threads of the Java process have computed for, its start included."""
    fields = (_process(spark) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _process(spark: SparkSession) -> Path:
    java = spark.sparkContext._jvm.java
    return Path("/proc") / str(java.lang.ProcessHandle.current().pid())


def run(lake_uri: str, spark: SparkSession) -> Found:
    """From the files of artifacts and observations to the scores of the last hour."""

    def read(table: str) -> DataFrame:
        return spark.read.parquet(f"{lake_uri}/tables/{table}").drop("capture_day")

    artifacts = read("normalized_artifacts").withColumn("bucket_start", f.date_trunc("hour", "happened_at"))
    on_time = f.col("happened_at") >= f.col("capture_hour") - f.lit(LATENESS_LIMIT)
    links = _kept(_links(artifacts))
    clusters = _kept(_clusters(links))
    authors = _kept(_authors(artifacts.filter(on_time), _copies(artifacts), links))
    buckets = _kept(_buckets(artifacts, on_time, read("evidence_observations"), read("capture_runs"), links))
    made = buckets.agg(
        f.count("*").alias("buckets"),
        f.sum("artifact_count").alias("posts"),
        f.sum("author_count").alias("authors_in_buckets"),
        f.sum("engagement_gained").alias("gained"),
        f.sum(f.size("platforms")).alias("platforms"),
    ).first()
    assert made is not None
    return Found.of(
        *_scores(artifacts, authors, read("capture_runs")),
        links=links.count(),
        primary_links=links.filter(f.col("role") == "primary").count(),
        clusters=clusters.count(),
        letters_of_names=clusters.agg(f.sum(f.length("display_name"))).first()[0],
        author_rows=authors.count(),
        **made.asDict(),
    )


def _kept(rows: DataFrame) -> DataFrame:
    kept = rows.persist(StorageLevel.MEMORY_AND_DISK)
    kept.count()
    return kept


def _links(artifacts: DataFrame) -> DataFrame:
    carried = ["artifact_id", "platform", "happened_at", "capture_hour"]
    urls = artifacts.filter(f.col("canonical_url").isNotNull()).select(
        *carried,
        f.lit("url").alias("key_type"),
        f.col("canonical_url").alias("key"),
        f.col("canonical_url").alias("written"),
        f.lit(0).alias("place"),
    )
    tags = artifacts.select(*carried, f.posexplode("hashtags").alias("position", "key")).select(
        *carried,
        f.lit("hashtag").alias("key_type"),
        "key",
        f.concat(f.lit("#"), "key").alias("written"),
        (f.col("position") + 3).alias("place"),
    )
    spaced = f.when(f.contains("pair.phrases", f.lit(" ")), 10_000).otherwise(15_000)
    phrases = artifacts.select(*carried, f.posexplode(f.arrays_zip("phrase_keys", "phrases")).alias("position", "pair"))
    phrases = phrases.select(
        *carried,
        f.lit("phrase").alias("key_type"),
        f.col("pair.phrase_keys").alias("key"),
        f.col("pair.phrases").alias("written"),
        (f.col("position") + 1 + spaced).alias("place"),
    )
    rows = urls.unionByName(tags).unionByName(phrases)
    first = f.min("place").over(Window.partitionBy("artifact_id"))
    return rows.withColumns(
        {
            "cluster_id": f.substring(f.sha2(f.concat_ws("\n", "key_type", "key"), 256), 1, 24),
            "role": f.when(f.col("place") == first, "primary").otherwise("secondary"),
        }
    )


def _clusters(links: DataFrame) -> DataFrame:
    """Each cluster as it was first seen: its name, and its platforms in its first hour."""
    firsts = links.groupBy("cluster_id").agg(f.min("capture_hour").alias("capture_hour"))
    written = f.replace("written", f.lit("https://"), f.lit(""))
    return (
        links.join(firsts, ["cluster_id", "capture_hour"])
        .groupBy("cluster_id", "capture_hour")
        .agg(
            f.any_value("key_type").alias("cluster_key_type"),
            f.any_value("key").alias("cluster_key"),
            f.min_by(written, f.struct("happened_at", "artifact_id")).alias("display_name"),
            f.sort_array(f.collect_set("platform")).alias("platforms"),
        )
    )


def _copies(artifacts: DataFrame) -> DataFrame:
    """Artifacts that share a band with an earlier one."""
    place = f.struct("capture_hour", "happened_at", "artifact_id").alias("place")
    bands = artifacts.filter(f.col("author").isNotNull()).select(place, f.explode("signature").alias("band"))
    firsts = bands.groupBy("band").agg(f.min("place").alias("first"), f.count("*").alias("n")).filter("n > 1")
    later = bands.join(firsts, "band").filter(f.col("place") != f.col("first"))
    return later.select(f.col("place.artifact_id").alias("artifact_id")).distinct()


def _authors(artifacts: DataFrame, copies: DataFrame, links: DataFrame) -> DataFrame:
    posts = artifacts.filter(f.col("author").isNotNull()).join(copies, "artifact_id", "left_anti")
    author = f.substring(f.sha2(f.concat_ws(" ", "platform", "author"), 256), 1, 16)
    posts = posts.select("artifact_id", author.alias("author_hash"), "bucket_start", "capture_hour")
    return links.select("artifact_id", "cluster_id").join(posts, "artifact_id").drop("artifact_id").distinct()


def _buckets(artifacts: DataFrame, on_time: f.Column, seen: DataFrame, runs: DataFrame, links: DataFrame) -> DataFrame:
    earlier = Window.partitionBy("evidence_id").orderBy("observed_at", "capture_id")
    earlier = earlier.rowsBetween(Window.unboundedPreceding, -1)
    gained = f.lit(0.0)
    for count, weight in (("like_count", 1.0), ("comment_count", 2.0), ("share_count", 3.0), ("view_count", 0.01)):
        risen = f.coalesce(f.col(count) - f.max(count).over(earlier), f.lit(0))
        gained += f.lit(weight) * f.greatest(risen, f.lit(0))
    latest = f.col("capture_hour") + f.expr("INTERVAL 59 MINUTE")
    growth = seen.select(
        "evidence_id",
        f.col("capture_hour").alias("seen_hour"),
        f.date_trunc("hour", f.least("observed_at", latest)).alias("bucket_start"),
        gained.alias("gained"),
    )
    known = artifacts.select("evidence_id", "artifact_id", "platform", "capture_hour")
    followed = f.col("seen_hour") - f.col("capture_hour") <= f.lit(GROWTH_MEMORY)
    grown = growth.filter("gained > 0").join(known, "evidence_id").filter(followed)
    grown = grown.select(
        "artifact_id",
        "bucket_start",
        f.col("seen_hour").alias("capture_hour"),
        "platform",
        f.lit(None).cast("string").alias("author"),
        f.lit(0).alias("posted"),
        "gained",
    )
    posted = artifacts.filter(on_time).select(
        "artifact_id",
        "bucket_start",
        "capture_hour",
        "platform",
        f.concat(f.col("platform"), f.lit(" "), f.col("author")).alias("author"),
        f.lit(1).alias("posted"),
        f.lit(0.0).alias("gained"),
    )
    rows = links.select("artifact_id", "cluster_id").join(posted.unionByName(grown), "artifact_id")
    by_author = rows.groupBy(*BUCKET, "author").agg(
        f.sum("posted").alias("posted"), f.sum("gained").alias("gained"), f.collect_set("platform").alias("platforms")
    )
    buckets = by_author.groupBy(*BUCKET).agg(
        f.sum("posted").alias("artifact_count"),
        f.count("author").alias("author_count"),
        f.sum("gained").alias("engagement_gained"),
        f.sort_array(f.array_distinct(f.flatten(f.collect_list("platforms")))).alias("platforms"),
    )
    answered = f.avg(f.when(f.col("status") == "failed", 0).otherwise(1))
    return buckets.join(runs.groupBy("capture_hour").agg(answered.alias("coverage")), "capture_hour", "left")


def _hour(column: str) -> f.Column:
    return ((f.unix_timestamp(column) - int(START.timestamp())) / 3600).cast("int").alias("hour")


def _scores(artifacts: DataFrame, authors: DataFrame, runs: DataFrame) -> tuple[list[str], np.ndarray]:
    by_hour = artifacts.groupBy(_hour("bucket_start")).count().filter("hour >= 0").toPandas()
    posts = np.zeros(HOURS)
    posts[by_hour["hour"]] = by_hour["count"]
    in_short = f.col("bucket_start") > f.lit(WINDOW_START + (23 * HOUR - SHORT.window))
    window = authors.filter(f.col("bucket_start") >= f.lit(WINDOW_START)).groupBy("cluster_id")
    looked_at = window.agg(
        f.countDistinct("author_hash").alias("known"),
        f.countDistinct(f.when(in_short, f.col("author_hash"))).alias("short"),
    )
    looked_at = looked_at.filter(f.col("known") >= minimum_authors(posts[-24:].sum())).persist()
    past = authors.join(f.broadcast(looked_at), "cluster_id").groupBy("cluster_id", _hour("bucket_start")).count()
    past, clusters = past.filter("hour >= 0").toPandas(), looked_at.toPandas().set_index("cluster_id")
    covered = np.zeros(HOURS, dtype=bool)
    covered[runs.filter("status <> 'failed'").select(_hour("capture_hour")).distinct().toPandas()["hour"]] = True
    looked = Looked(
        clusters.index.get_indexer(past["cluster_id"]),
        past["hour"].to_numpy(),
        past["count"].to_numpy(float),
        clusters["known"].to_numpy(float),
        clusters["short"].to_numpy(float),
        posts,
        covered,
    )
    return clusters.index.tolist(), looked.decades()
