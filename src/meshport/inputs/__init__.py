"""Products of other domains that a project reads: a generated dbt package for each domain."""
