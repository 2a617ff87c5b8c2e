"""Which system something outside is: the enum's best fit, by what people wrote of it. dbt is no system there.

Source: `catalog.SystemType` of the SDK. What fits none is OTHER.
"""

from __future__ import annotations

import re
from itertools import pairwise

OTHER = "OTHER"
_WORDS: dict[str, tuple[str, ...]] = {
    "AMAZON_REDSHIFT": ("redshift",),
    "AZURE_SYNAPSE": ("synapse",),
    "CONFLUENT": ("confluent",),
    "DATABRICKS": ("databricks", "azuredatabricks", "hive_metastore"),
    "GOOGLE_BIGQUERY": ("bigquery",),
    "KAFKA": ("kafka",),
    "LOOKER": ("looker", "lookerstudio"),
    "MICROSOFT_FABRIC": ("fabric",),
    "MICROSOFT_SQL_SERVER": ("sqlserver", "mssql", "sql_server"),
    "MONGODB": ("mongodb", "mongo"),
    "MYSQL": ("mysql",),
    "ORACLE": ("oracle",),
    "POSTGRESQL": ("postgresql", "postgres"),
    "POWER_BI": ("powerbi", "power_bi"),
    "SALESFORCE": ("salesforce",),
    "SAP": ("sap",),
    "SERVICENOW": ("servicenow",),
    "SNOWFLAKE": ("snowflake", "snowflakecomputing"),
    "STREAM_NATIVE": ("streamnative",),
    "TABLEAU": ("tableau",),
    "TERADATA": ("teradata",),
    "WORKDAY": ("workday", "myworkday"),
}
_BY_WORD = {word: system for system, words in _WORDS.items() for word in words}
_ORDINARY = ("confluent", "fabric", "oracle", "sap", "synapse", "workday")
"""Words that mean something else as well: they count as a whole name, or in a URL's host."""


def system_of(*texts: str | None) -> str:
    """Return the system that the first of some texts names: as a word of a name, as all of it, or as a URL's host."""
    for text in (text.strip().lower() for text in texts if text):
        whole = re.sub(r"[^a-z0-9]+", "_", text).strip("_")
        if whole.upper() in _WORDS or whole in _BY_WORD:
            return whole.upper() if whole.upper() in _WORDS else _BY_WORD[whole]
        host = re.fullmatch(r"[a-z][a-z0-9+.-]*://([^/?#]*).*", text, re.DOTALL)
        words = [word for word in re.split(r"[^a-z0-9]+", host[1] if host else text) if word]
        for word in (*words, *map("_".join, pairwise(words))):
            if word in _BY_WORD and (host or word not in _ORDINARY):
                return _BY_WORD[word]
    return OTHER
