"""What an existing dbt project would look like as data products, and the YAML that declares them.

Where to put a new rule: which models are ports in `ports`, what product they fall into in `grouping`, what is known
and missing of columns in `columns`. Each rule is a function over a `Project`; `survey` puts them together, `patch` says
what to declare, `yaml_text` writes it into the text of a file, `files` reads and writes the files.
"""

from meshport.inspection.findings import ColumnFinding, Gap, Inspection, PortFinding, ProductFinding
from meshport.inspection.survey import inspect_project

__all__ = ["ColumnFinding", "Gap", "Inspection", "PortFinding", "ProductFinding", "inspect_project"]
