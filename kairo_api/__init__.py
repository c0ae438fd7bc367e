"""HTTP: serves what has been materialized and runs the same engines on demand."""
