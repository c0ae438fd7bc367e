"""The ingestion assets: thin shells that read, call one pure function, write, and say what a person wants to see."""

import warnings

import dagster as dg

# Backfill policies are marked beta; one warning per asset at each start would bury those that matter.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
