"""The same parsing and normalizing as plain pandas would do it: one frame, whole columns, the same libraries.

Language, canonical links and signatures have no whole-column form; they are applied value by value, as anybody would.
"""

import html
import json

import numpy as np
import pandas as pd
from captures import pages

from kairo_pipelines.normalize.links import canonical_url
from kairo_pipelines.normalize.signature import signatures
from kairo_pipelines.normalize.text import language_of

HASHTAG = r"(?<![\w/&#])[#＃]([^\W\d_]\w*)"
MENTION = r"(?<![\w/.@])@(\w[\w.-]*)"


def parse_and_normalize(stories: int) -> pd.DataFrame:
    """Stories out of their pages, and their texts, links, languages, tags, scores and signatures."""
    frame = pd.DataFrame([story for page in pages(stories) for story in json.loads(page)])
    frame = frame.drop_duplicates("item_id")
    text = frame["title"].str.normalize("NFKC").map(html.unescape)
    text = text.str.replace(r"[\x00-\x08\x0e-\x1f\u200b-\u200f\u202a-\u202e]", "", regex=True)
    frame["normalized_text"] = text.str.replace(r"\s+", " ", regex=True).str.strip()
    frame["canonical_url"] = frame["url"].map(canonical_url, na_action="ignore")
    frame["language"] = frame["normalized_text"].map(language_of)
    frame["hashtags"] = frame["normalized_text"].str.casefold().str.findall(HASHTAG)
    frame["mentions"] = frame["normalized_text"].str.casefold().str.findall(MENTION)
    acts = frame["upvotes"].fillna(0).clip(lower=0) + 2 * frame["comments"].fillna(0).clip(lower=0)
    frame["engagement_score"] = (100 * np.log1p(acts) / np.log1p(1_000_000)).clip(upper=100).round(3)
    frame["signature"] = signatures(frame["normalized_text"].tolist())
    frame["text_hash"] = pd.util.hash_pandas_object(frame["title"], index=False)
    frame["author"] = pd.util.hash_pandas_object(frame["author"].fillna(""), index=False).where(frame["author"].notna())
    return frame
