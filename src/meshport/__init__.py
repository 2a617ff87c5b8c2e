"""meshport: publish data products from dbt."""

__version__ = "0.1.0"
