"""Where the folders are that ship beside the code: the dbt package, the project template, the default standards."""

from pathlib import Path

_INSTALLED = Path(__file__).parent / "bundled"
_CHECKOUT = Path(__file__).parents[2]


def dbt_package() -> Path:
    """Return the folder of the dbt package `meshport` (`dbt_project.yml` and `macros/` are in it)."""
    return _INSTALLED / "dbt_package" if _INSTALLED.is_dir() else _CHECKOUT


def project_template() -> Path:
    """Return the folder of the copier template of a domain project."""
    return (_INSTALLED if _INSTALLED.is_dir() else _CHECKOUT) / "dbt_project_template"


def standards() -> Path:
    """Return the folder of the default standards."""
    return (_INSTALLED if _INSTALLED.is_dir() else _CHECKOUT) / "standards"
