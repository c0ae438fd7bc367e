"""The clusters an artifact belongs to, and which of them is its primary one."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from kairo_pipelines.clusters.phrases import phrases
from kairo_pipelines.hours import capture_day


@dataclass(frozen=True)
class ClusterKey:
    """A grouping key. `display_name` is as the artifact writes it."""

    key_type: str
    key: str
    display_name: str

    @property
    def cluster_id(self) -> str:
        """The same key is the same cluster for ever."""
        return hashlib.sha256(f"{self.key_type}\n{self.key}".encode()).hexdigest()[:24]


def cluster_keys(artifact: dict[str, Any]) -> list[ClusterKey]:
    """Every cluster of an artifact, the primary first.

    The primary is the most specific thing that it shares with others: the page it links to, else its sound, else its
    first tag, else its longest phrase.
    """
    keys: list[ClusterKey] = []
    if url := artifact["canonical_url"]:
        keys.append(ClusterKey("url", url, _address(url)))
    if audio := artifact["audio_id"]:
        keys.append(ClusterKey("audio", f"{artifact['platform']}:{audio}", audio))
    keys.extend(ClusterKey("hashtag", tag, f"#{tag}") for tag in artifact["hashtags"])
    spoken = [ClusterKey("phrase", *phrase) for phrase in phrases(artifact["normalized_text"], artifact["language"])]
    if not keys:
        spoken.sort(key=lambda phrase: -len(phrase.key.split()))
    return keys + spoken


@dataclass(frozen=True)
class LinkRows:
    """Links of artifacts to clusters, and the clusters as these artifacts show them."""

    links: list[dict[str, Any]]
    clusters: list[dict[str, Any]]


def link_rows(artifacts: Iterable[dict[str, Any]]) -> LinkRows:
    """The rows of `artifact_cluster_links`, and one row per cluster in order of first appearance."""
    links: list[dict[str, Any]] = []
    clusters: dict[str, dict[str, Any]] = {}
    for artifact in artifacts:
        for position, key in enumerate(cluster_keys(artifact)):
            hour = {"capture_day": capture_day(artifact["capture_hour"]), "capture_hour": artifact["capture_hour"]}
            links.append(
                {
                    "artifact_id": artifact["artifact_id"],
                    "cluster_id": key.cluster_id,
                    "role": "secondary" if position else "primary",
                    "key_type": key.key_type,
                    **hour,
                }
            )
            cluster = clusters.setdefault(key.cluster_id, _cluster(key, hour))
            if hour["capture_hour"] == cluster["capture_hour"] and artifact["platform"] not in cluster["platforms"]:
                cluster["platforms"].append(artifact["platform"])
    return LinkRows(links, list(clusters.values()))


def _cluster(key: ClusterKey, hour: dict[str, Any]) -> dict[str, Any]:
    return {
        "cluster_id": key.cluster_id,
        "cluster_key_type": key.key_type,
        "cluster_key": key.key,
        "display_name": key.display_name,
        "platforms": [],
        **hour,
    }


def _address(url: str) -> str:
    address = url.removeprefix("https://")
    readable = unquote(address)
    return readable if readable.isprintable() and "\ufffd" not in readable else address
