"""Every table of the lake, declared once; storage, checks and documentation all follow from here."""

from kairo_pipelines.lake.table import FLAG, MOMENT, NUMBER, TEXT, TEXTS, WHOLE, WHOLES, Column, Table

SURFACES = Table(
    name="surfaces",
    description="A scrape target, as people set it up; published from the relational store.",
    key=("platform", "surface_type", "surface_key"),
    hourly=False,
    columns={
        "surface_id": Column(TEXT, "UUID in the relational store"),
        "platform": Column(TEXT, "where it is: feeds, hackernews, …"),
        "surface_type": Column(TEXT, "what kind of listing it is there"),
        "surface_key": Column(TEXT, "which one: a URL, a tag, a query"),
        "cadence_minutes": Column(WHOLE, "minutes between captures"),
        "is_active": Column(FLAG, "captured when due"),
    },
)

CAPTURE_RUNS = Table(
    name="capture_runs",
    description="One attempt to capture one surface; a failed surface is a row with its error, never a lost hour.",
    key=("capture_id",),
    columns={
        "capture_id": Column(TEXT, "hash of the surface and the time it was due"),
        "surface_id": Column(TEXT, "UUID in the relational store"),
        "platform": Column(TEXT, "platform of the surface"),
        "surface_type": Column(TEXT, "type of the surface"),
        "surface_key": Column(TEXT, "key of the surface"),
        "cadence_minutes": Column(WHOLE, "minutes until the surface is due again"),
        "status": Column(TEXT, "succeeded, partial, unchanged or failed"),
        "item_count": Column(WHOLE, "items read from the body"),
        "quarantined_count": Column(WHOLE, "items that could not be read"),
        "error_kind": Column(TEXT, "the failure's name, where something failed", nullable=True),
        "error": Column(TEXT, "what went wrong, in a sentence", nullable=True),
        "retry_at": Column(MOMENT, "when the source wants to be asked again, where it said", nullable=True),
        "due_at": Column(MOMENT, "when the surface was due"),
        "started_at": Column(MOMENT, "when the attempt began"),
        "ended_at": Column(MOMENT, "when the attempt ended"),
        "request_count": Column(WHOLE, "requests that were answered"),
        "http_status": Column(WHOLE, "status of the last answer, where there was one", nullable=True),
        "moved_to": Column(TEXT, "where the source has moved for good, where it said", nullable=True),
        "etag": Column(TEXT, "for the next conditional request", nullable=True),
        "last_modified": Column(TEXT, "for the next conditional request", nullable=True),
        "body_path": Column(TEXT, "where the raw bytes lie, below the lake", nullable=True),
        "body_bytes": Column(WHOLE, "size of the raw bytes"),
    },
)

EVIDENCE_ITEMS = Table(
    name="evidence_items",
    description="A raw item as it was first seen; immutable, one row per platform and platform item id.",
    key=("platform", "platform_item_id"),
    first_sight_of="evidence_id",
    columns={
        "evidence_id": Column(TEXT, "platform and platform item id, as one"),
        "platform": Column(TEXT, "where it was posted"),
        "platform_item_id": Column(TEXT, "the platform's own id, as a string"),
        "capture_id": Column(TEXT, "the capture it was first seen in"),
        "surface_id": Column(TEXT, "the surface it was first seen on"),
        "title": Column(TEXT, "its title, where it has one", nullable=True),
        "text_content": Column(TEXT, "its text as scraped"),
        "text_hash": Column(WHOLE, "hash of title and text, by which a later sighting is seen to differ"),
        "author": Column(TEXT, "who posted it: a keyed hash, or the handle where the settings keep it", nullable=True),
        "audio_id": Column(TEXT, "the sound it uses", nullable=True),
        "hashtags": Column(TEXTS, "tags that the platform lists"),
        "url": Column(TEXT, "what it links to, or its own address", nullable=True),
        "permalink": Column(TEXT, "its own address on the platform", nullable=True),
        "language": Column(TEXT, "the language that the source declares", nullable=True),
        "published_at": Column(MOMENT, "when it was posted, where the source says", nullable=True),
        "first_seen_at": Column(MOMENT, "when it was first captured"),
        "view_count": Column(WHOLE, "views at first sight", nullable=True),
        "like_count": Column(WHOLE, "likes or points at first sight", nullable=True),
        "comment_count": Column(WHOLE, "comments at first sight", nullable=True),
        "share_count": Column(WHOLE, "shares at first sight", nullable=True),
        "rank": Column(WHOLE, "position in the listing, 1 the highest", nullable=True),
        "raw_json": Column(TEXT, "the item as the source gave it, as JSON, without its author unless handles are kept"),
    },
)

EVIDENCE_OBSERVATIONS = Table(
    name="evidence_observations",
    description="The counts of an item at one capture, and its text where that changed: its growth is read here.",
    key=("evidence_id", "capture_id"),
    columns={
        "evidence_id": Column(TEXT, "the item"),
        "capture_id": Column(TEXT, "the capture that saw it"),
        "surface_id": Column(TEXT, "the surface it was seen on"),
        "observed_at": Column(MOMENT, "when"),
        "view_count": Column(WHOLE, "views", nullable=True),
        "like_count": Column(WHOLE, "likes or points", nullable=True),
        "comment_count": Column(WHOLE, "comments", nullable=True),
        "share_count": Column(WHOLE, "shares", nullable=True),
        "rank": Column(WHOLE, "position in the listing, 1 the highest", nullable=True),
        "changed_title": Column(TEXT, "its title, where title or text have changed since first sight", nullable=True),
        "changed_text": Column(TEXT, "its text, where title or text have changed since first sight", nullable=True),
    },
)

QUARANTINE = Table(
    name="quarantine",
    description="What could not be read as an item, with the reason and a pointer to the raw bytes.",
    key=("capture_id", "position"),
    columns={
        "capture_id": Column(TEXT, "the capture it lies in"),
        "surface_id": Column(TEXT, "the surface"),
        "position": Column(WHOLE, "which entry of the body, from 0"),
        "reason": Column(TEXT, "why it could not be read"),
        "fragment": Column(TEXT, "its beginning, for a first look"),
    },
)

NORMALIZED_ARTIFACTS = Table(
    name="normalized_artifacts",
    description="Evidence in one comparable form: clean text, language, canonical link, engagement score.",
    key=("artifact_id",),
    columns={
        "artifact_id": Column(TEXT, "one per evidence item"),
        "evidence_id": Column(TEXT, "the evidence item"),
        "platform": Column(TEXT, "where it was posted"),
        "normalized_text": Column(TEXT, "title and text without markup, NFKC, white space folded"),
        "language": Column(TEXT, "ISO 639-1, declared or detected; null where neither is sure", nullable=True),
        "phrase_keys": Column(TEXTS, "words and word pairs that carry meaning, spellings of one name as one"),
        "phrases": Column(TEXTS, "the same as they are written"),
        "canonical_url": Column(TEXT, "the link without trackers", nullable=True),
        "hashtags": Column(TEXTS, "tags listed or found in the text, case folded"),
        "mentions": Column(TEXTS, "names that the text speaks to, case folded"),
        "audio_id": Column(TEXT, "the sound it uses", nullable=True),
        "author": Column(TEXT, "who posted it", nullable=True),
        "happened_at": Column(MOMENT, "when it was posted; when first seen, where the source does not say"),
        "engagement_score": Column(NUMBER, "0 to 100, comparable across platforms"),
        "signature": Column(WHOLES, "bands of a MinHash: texts that share one are nearly the same"),
    },
)

CLUSTERS = Table(
    name="clusters",
    description="A grouping key as it was when first seen; later platforms are in its buckets.",
    key=("cluster_key_type", "cluster_key"),
    first_sight_of="cluster_id",
    columns={
        "cluster_id": Column(TEXT, "hash of key type and key"),
        "cluster_key_type": Column(TEXT, "hashtag, audio, url, phrase or topic"),
        "cluster_key": Column(TEXT, "the key, spellings of one name as one"),
        "display_name": Column(TEXT, "what a person would call it"),
        "platforms": Column(TEXTS, "where it was seen in its first hour"),
    },
)

ARTIFACT_CLUSTER_LINKS = Table(
    name="artifact_cluster_links",
    description="An artifact in a cluster: one primary link per artifact, secondary links for the rest.",
    key=("artifact_id", "cluster_id", "role"),
    columns={
        "artifact_id": Column(TEXT, "the artifact"),
        "cluster_id": Column(TEXT, "the cluster"),
        "role": Column(TEXT, "primary or secondary"),
        "key_type": Column(TEXT, "the cluster's key type"),
    },
)

CLUSTER_BUCKETS = Table(
    name="cluster_buckets",
    description="What one capture hour added to a cluster in one time bucket.",
    key=("cluster_id", "bucket_start", "capture_hour"),
    columns={
        "cluster_id": Column(TEXT, "the cluster"),
        "bucket_start": Column(MOMENT, "the beginning of the bucket in which it happened"),
        "artifact_count": Column(WHOLE, "artifacts first seen in this capture hour"),
        "author_count": Column(WHOLE, "known authors among them"),
        "engagement_gained": Column(NUMBER, "weighted likes, comments and shares gained, counted when observed"),
        "platforms": Column(TEXTS, "where they were seen"),
        "coverage": Column(NUMBER, "share of the surfaces captured in this hour that answered"),
    },
)

CLUSTER_AUTHORS = Table(
    name="cluster_authors",
    description="Who posted in a cluster and bucket, as rows, since counts of distinct authors do not add up.",
    key=("cluster_id", "author_hash", "bucket_start", "capture_hour"),
    columns={
        "cluster_id": Column(TEXT, "the cluster"),
        "author_hash": Column(
            TEXT, "hash of platform and author; neither an unknown one nor one who repeats has a row"
        ),
        "bucket_start": Column(MOMENT, "the beginning of the bucket in which it happened"),
    },
)

TREND_CANDIDATES = Table(
    name="trend_candidates",
    description="A cluster that is taking off, as of an hour, with its score and the reason in words.",
    key=("cluster_id", "capture_hour"),
    columns={
        "trend_id": Column(TEXT, "hash of the cluster and detected_at; stable while the trend lives"),
        "cluster_id": Column(TEXT, "the cluster"),
        "cluster_key_type": Column(TEXT, "its key type"),
        "cluster_key": Column(TEXT, "its key"),
        "display_name": Column(TEXT, "what a person would call it"),
        "platforms": Column(TEXTS, "where it is"),
        "status": Column(TEXT, "emerging, active, fading or stale"),
        "detected_at": Column(MOMENT, "the end of the hour in which it was first over threshold"),
        "trend_score": Column(NUMBER, "0 to 100"),
        "growth_score": Column(NUMBER, "part of the score: growth against expectation, 0 to 1"),
        "breadth_score": Column(NUMBER, "part of the score: authors and platforms, 0 to 1"),
        "engagement_score": Column(NUMBER, "part of the score: attention gained, 0 to 1"),
        "novelty_score": Column(NUMBER, "part of the score: how little it was seen before, 0 to 1"),
        "confidence_score": Column(NUMBER, "part of the score: how much past and window were captured, 0 to 1"),
        "surprise": Column(NUMBER, "−log10 of the probability that its past would bring so much"),
        "level": Column(NUMBER, "the surprise, or what is left of a higher one, halving in four hours"),
        "velocity_score": Column(NUMBER, "how far the window lies above its past, in standard deviations"),
        "acceleration": Column(NUMBER, "velocity_score less that of the hour before"),
        "coherence": Column(NUMBER, "mean cosine of the texts in the window: how much they are about the same"),
        "heat": Column(NUMBER, "probability that its hottest item becomes big, where lists tell", nullable=True),
        "artifact_count": Column(WHOLE, "artifacts in the window, copies among them"),
        "author_count": Column(WHOLE, "distinct known authors in the window, without those who repeat another's text"),
        "expected_count": Column(NUMBER, "authors usual in a window of that length and volume"),
        "seen_before": Column(WHOLE, "sightings of authors in the past that it was compared with"),
        "window_hours": Column(WHOLE, "length of the window"),
        "engagement_gained": Column(NUMBER, "weighted engagement gained in the window"),
        "why": Column(TEXT, "the reason, made from the numbers"),
    },
)

DETECTOR_HOURS = Table(
    name="detector_hours",
    description="What the detector could say as of an hour: scored, or why not.",
    key=("capture_hour",),
    columns={
        "verdict": Column(TEXT, "scored, cold_start, broken_coverage or too_little_volume"),
        "reason": Column(TEXT, "the verdict in a sentence"),
        "covered_hours": Column(WHOLE, "hours of the baseline that were captured"),
        "window_artifacts": Column(WHOLE, "artifacts in the window"),
        "window_authors": Column(WHOLE, "distinct known authors in the window"),
        "minimum_authors": Column(WHOLE, "authors a cluster needed"),
        "clusters_tested": Column(WHOLE, "clusters with enough authors to be tested"),
        "candidates": Column(WHOLE, "candidates that are emerging, active or fading"),
    },
)

MADE_HOURS = Table(
    name="made_hours",
    description="Which hours of which table have been made: an hour without rows is not an hour that was never made.",
    key=("table_name", "capture_hour"),
    columns={
        "table_name": Column(TEXT, "the table"),
    },
)

TABLES = (
    SURFACES,
    CAPTURE_RUNS,
    EVIDENCE_ITEMS,
    EVIDENCE_OBSERVATIONS,
    QUARANTINE,
    NORMALIZED_ARTIFACTS,
    CLUSTERS,
    ARTIFACT_CLUSTER_LINKS,
    CLUSTER_BUCKETS,
    CLUSTER_AUTHORS,
    TREND_CANDIDATES,
    DETECTOR_HOURS,
    MADE_HOURS,
)
