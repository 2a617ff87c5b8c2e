"""A loopback double of Databricks: what meshport says to it, it says to the real one."""
