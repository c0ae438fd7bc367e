"""Hero generation: brands, their signals, boards, packages and variants, and the Dagster code location that runs it."""
