"""The same in pandas: whole columns, clusters and artifacts by number inside, each distinct key hashed once."""

import hashlib
from datetime import timedelta
from glob import glob

import numpy as np
import pandas as pd
from found import HOURS, START, WINDOW_START, Found, Looked

from kairo_pipelines.hours import HOUR
from kairo_pipelines.trends.gates import minimum_authors
from kairo_pipelines.trends.increments import GROWTH_MEMORY, LATENESS_LIMIT
from kairo_pipelines.trends.windows import SHORT

BUCKET = ["cluster", "bucket_start", "capture_hour"]


def run(lake_uri: str) -> Found:
    """From the files of artifacts and observations to the scores of the last hour."""
    artifacts = _read(
        lake_uri,
        "normalized_artifacts",
        "artifact_id evidence_id platform author happened_at capture_hour canonical_url hashtags phrase_keys phrases",
    )
    artifacts["bit"] = 2 ** artifacts["platform"].astype("category").cat.codes.astype("int64")
    links, cluster_ids = _links(artifacts)
    clusters = _clusters(links, artifacts, cluster_ids)
    on_time = artifacts["happened_at"] >= artifacts["capture_hour"] - LATENESS_LIMIT
    artifacts["bucket_start"] = artifacts["happened_at"].dt.floor("h")
    authors = _authors(artifacts[on_time], _copies(lake_uri), links, cluster_ids)
    buckets = _buckets(lake_uri, artifacts, on_time, links, cluster_ids)
    return Found.of(
        *_scores(lake_uri, artifacts, authors, cluster_ids),
        links=len(links),
        primary_links=(links["role"] == "primary").sum(),
        clusters=len(clusters),
        letters_of_names=clusters["display_name"].str.len().sum(),
        buckets=len(buckets),
        posts=buckets["artifact_count"].sum(),
        authors_in_buckets=buckets["author_count"].sum(),
        gained=float(buckets["engagement_gained"].sum()),
        platforms=np.bitwise_count(buckets["platforms"].to_numpy()).sum(),
        author_rows=len(authors),
    )


def _read(lake_uri: str, table: str, columns: str) -> pd.DataFrame:
    files = sorted(glob(f"{lake_uri}/tables/{table}/*/*.parquet"))
    return pd.concat([pd.read_parquet(file, columns=columns.split()) for file in files], ignore_index=True)


def _sha(texts: pd.Series, letters: int) -> pd.Series:
    return pd.Series([hashlib.sha256(text.encode()).hexdigest()[:letters] for text in texts], texts.index, dtype="str")


def _links(artifacts: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Links, with the numbers of artifact and cluster beside their ids; and the ids of clusters by number."""
    urls = artifacts["canonical_url"].dropna().rename("key").to_frame()
    urls = urls.assign(key_type="url", written=urls["key"], place=0)
    tags = artifacts["hashtags"].explode().dropna().rename("key").to_frame()
    tags = tags.assign(key_type="hashtag", written="#" + tags["key"], place=3 + tags.groupby(level=0).cumcount())
    phrases = artifacts[["phrase_keys", "phrases"]].explode(["phrase_keys", "phrases"]).dropna()
    phrases.columns = ["key", "written"]
    spaced = phrases["written"].str.contains(" ", regex=False)
    place = 1 + phrases.groupby(level=0).cumcount() + np.where(spaced, 10_000, 15_000)
    links = pd.concat([urls, tags, phrases.assign(key_type="phrase", place=place)])
    links = links.rename_axis("artifact").reset_index()
    distinct = links[["key_type", "key"]].drop_duplicates(ignore_index=True)
    cluster_ids = _sha(distinct["key_type"] + "\n" + distinct["key"], 24)
    links = links.merge(distinct.assign(cluster=np.arange(len(distinct))), on=["key_type", "key"])
    first = links.groupby("artifact")["place"].transform("min")
    links["role"] = np.where(links["place"] == first, "primary", "secondary")
    links["artifact_id"] = artifacts["artifact_id"].take(links["artifact"]).to_numpy()
    links["cluster_id"] = cluster_ids.take(links["cluster"]).to_numpy()
    return links, cluster_ids


def _clusters(links: pd.DataFrame, artifacts: pd.DataFrame, cluster_ids: pd.Series) -> pd.DataFrame:
    """Each cluster as it was first seen: its name, and its platforms in its first hour."""
    known = artifacts[["capture_hour", "happened_at", "platform"]].take(links["artifact"])
    rows = links[["cluster", "key_type", "key", "written", "artifact_id"]].reset_index(drop=True)
    rows = rows.join(known.reset_index(drop=True))
    rows = rows[rows["capture_hour"] == rows.groupby("cluster")["capture_hour"].transform("min")]
    firsts = rows.sort_values(["happened_at", "artifact_id"]).groupby("cluster").first()
    pairs = rows[["cluster", "platform"]].drop_duplicates().sort_values("platform")
    firsts["platforms"] = pairs.groupby("cluster")["platform"].agg(list)
    firsts["display_name"] = firsts["written"].str.replace("https://", "", regex=False)
    return firsts.assign(cluster_id=cluster_ids.take(firsts.index).to_numpy())


def _copies(lake_uri: str) -> pd.Series:
    """Artifacts that share a band with an earlier one."""
    known = _read(lake_uri, "normalized_artifacts", "artifact_id capture_hour happened_at author signature")
    known = known[known["author"].notna()].sort_values(["capture_hour", "happened_at", "artifact_id"])
    bands = known[["artifact_id", "signature"]].explode("signature").dropna()
    return bands.loc[bands["signature"].astype("int64").duplicated(), "artifact_id"].drop_duplicates()


def _authors(artifacts: pd.DataFrame, copies: pd.Series, links: pd.DataFrame, cluster_ids: pd.Series) -> pd.DataFrame:
    posts = artifacts[artifacts["author"].notna() & ~artifacts["artifact_id"].isin(copies)]
    named = (posts["platform"] + " " + posts["author"]).drop_duplicates()
    hashes = pd.Series(_sha(named, 16).to_numpy(), named.to_numpy())
    posts = posts[["bucket_start", "capture_hour"]].assign(
        author=hashes.index.get_indexer(posts["platform"] + " " + posts["author"])
    )
    rows = links[["artifact", "cluster"]].merge(posts, left_on="artifact", right_index=True).drop(columns="artifact")
    rows = rows.drop_duplicates(ignore_index=True)
    rows["author_hash"] = hashes.take(rows["author"]).to_numpy()
    return rows.assign(cluster_id=cluster_ids.take(rows["cluster"]).to_numpy())


def _growth(lake_uri: str, artifacts: pd.DataFrame) -> pd.DataFrame:
    """What items gained, against the most that was known before."""
    counts = ["like_count", "comment_count", "share_count", "view_count"]
    seen = _read(
        lake_uri, "evidence_observations", " ".join(["evidence_id capture_id observed_at capture_hour", *counts])
    )
    seen["item"] = pd.Index(artifacts["evidence_id"]).get_indexer(seen["evidence_id"])
    seen = seen.sort_values(["item", "observed_at", "capture_id"], ignore_index=True)
    seen["gained"] = 0.0
    for count, weight in zip(counts, (1, 2, 3, 0.01), strict=True):
        most = seen[count].astype("float64").fillna(-np.inf).groupby(seen["item"]).cummax()
        before = most.groupby(seen["item"]).shift(1).replace(-np.inf, np.nan)
        seen["gained"] += weight * (seen[count] - before).clip(lower=0).fillna(0).astype("float64")
    known = artifacts[["capture_hour", "bit"]].take(seen["item"]).reset_index(drop=True)
    followed = seen["capture_hour"] - known["capture_hour"] <= GROWTH_MEMORY
    latest = seen["capture_hour"] + timedelta(minutes=59)
    return seen.assign(
        artifact=seen["item"], bit=known["bit"], bucket_start=seen["observed_at"].clip(upper=latest).dt.floor("h")
    )[followed & (seen["gained"] > 0)]


def _buckets(
    lake_uri: str, artifacts: pd.DataFrame, on_time: pd.Series, links: pd.DataFrame, cluster_ids: pd.Series
) -> pd.DataFrame:
    names = artifacts["platform"] + " " + artifacts["author"]
    posts = artifacts.assign(author=pd.factorize(names)[0], posted=1, gained=0.0)[on_time]
    posts = posts.rename_axis("artifact").reset_index()
    gains = _growth(lake_uri, artifacts).assign(author=-1, posted=0)
    columns = ["artifact", "bucket_start", "capture_hour", "author", "bit", "posted", "gained"]
    added = pd.concat([posts[columns], gains[columns]], ignore_index=True)
    rows = links[["artifact", "cluster"]].merge(added, on="artifact")
    buckets = rows.groupby(BUCKET)[["posted", "gained"]].sum()
    known = rows.loc[rows["author"] >= 0, [*BUCKET, "author"]].drop_duplicates()
    buckets["author_count"] = known.groupby(BUCKET).size()
    buckets["platforms"] = rows[[*BUCKET, "bit"]].drop_duplicates().groupby(BUCKET)["bit"].sum()
    runs = _read(lake_uri, "capture_runs", "capture_hour status")
    coverage = (runs["status"] != "failed").groupby(runs["capture_hour"]).mean().rename("coverage")
    buckets = buckets.fillna({"author_count": 0}).reset_index()
    buckets = buckets.merge(coverage, left_on="capture_hour", right_index=True, how="left")
    buckets["cluster_id"] = cluster_ids.take(buckets["cluster"]).to_numpy()
    return buckets.rename(columns={"posted": "artifact_count", "gained": "engagement_gained"})


def _scores(
    lake_uri: str, artifacts: pd.DataFrame, authors: pd.DataFrame, cluster_ids: pd.Series
) -> tuple[list[str], np.ndarray]:
    hour_of_post = (artifacts["bucket_start"] - START) // HOUR
    posts = np.bincount(hour_of_post[hour_of_post >= 0], minlength=HOURS).astype(float)
    window = authors[authors["bucket_start"] >= WINDOW_START].drop_duplicates(["cluster", "author"])
    by_cluster = window.groupby("cluster").size()
    by_cluster = by_cluster[by_cluster >= minimum_authors(posts[-24:].sum())]
    short = authors[authors["bucket_start"] > WINDOW_START + (23 * HOUR - SHORT.window)]
    short = (
        short.drop_duplicates(["cluster", "author"]).groupby("cluster").size().reindex(by_cluster.index, fill_value=0)
    )
    position = by_cluster.index.get_indexer(authors["cluster"])
    hour = ((authors["bucket_start"] - START) // HOUR).to_numpy()
    inside = (position >= 0) & (hour >= 0)
    runs = _read(lake_uri, "capture_runs", "capture_hour status")
    covered = np.zeros(HOURS, dtype=bool)
    covered[((runs["capture_hour"] - START) // HOUR)[runs["status"] != "failed"]] = True
    looked = Looked(
        position[inside],
        hour[inside],
        np.ones(inside.sum()),
        by_cluster.to_numpy(float),
        short.to_numpy(float),
        posts,
        covered,
    )
    return cluster_ids.take(by_cluster.index).tolist(), looked.decades()
