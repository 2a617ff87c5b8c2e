"""A report as text for machines and people: one module a format, each a pure function."""

from meshport.policies.formats.data import data
from meshport.policies.formats.github import github
from meshport.policies.formats.junit import junit
from meshport.policies.formats.markdown import markdown
from meshport.policies.formats.sarif import sarif
from meshport.policies.formats.summary import summary
from meshport.policies.formats.text import text

__all__ = ["data", "github", "junit", "markdown", "sarif", "summary", "text"]
