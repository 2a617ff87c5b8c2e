"""The pipeline of a domain on a schedule: build, data policies, publish, notify; as files of whatever runs it.

`pipeline` says what is run and when, `job` renders it as a Databricks job, `bundle` puts resources into a Databricks
bundle, `github` and `azure` render workflows of those two. Another one is another module beside them.
"""
