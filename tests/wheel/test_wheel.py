"""The built wheel, outside the checkout, in an environment of its own: scaffold, build, publish, find."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], ROOT)
    (built,) = folder.glob("*.whl")
    return built


def run(command: list[str], folder: Path, **environment: str) -> str:
    """Run a command without anything of the checkout on its path and return what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONPATH", "MESHPORT_"))}
    done = subprocess.run(
        command, cwd=folder, env={**kept, **environment}, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_carries_the_dbt_package_the_template_and_the_standards(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (
        ("macros", "dbt_package/macros"),
        ("standards", "standards"),
        ("dbt_project_template", "dbt_project_template"),
    ):
        for path in (ROOT / folder).rglob("*"):
            tracked = path.is_file() and "__pycache__" not in path.parts and path.name != ".gitkeep"
            if tracked:
                expected = f"meshport/bundled/{inside}/{path.relative_to(ROOT / folder).as_posix()}"
                assert expected in names, expected
    assert "meshport/bundled/dbt_package/dbt_project.yml" in names


def test_scaffold_build_publish_find(wheel: Path, tmp_path: Path) -> None:
    run([sys.executable, "-m", "venv", "env"], tmp_path)
    python, programs = tmp_path / "env" / "bin" / "python", tmp_path / "env" / "bin"
    extras = f"{wheel}[duckdb,databricks,marketplace]"
    # Modules are compiled when they are imported: most of what is installed never is.
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-compile"]
    run([*install, "-c", str(ROOT / "constraints.txt"), extras], tmp_path)
    own = {
        "HOME": str(tmp_path),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "MESHPORT_REGISTRY": str(tmp_path / "registry.db"),
    }
    meshport = str(programs / "meshport")
    run([meshport, "new", "sales", "--defaults"], tmp_path, **own)
    run([meshport, "build", "--quiet"], tmp_path / "sales", **own)
    said = run([meshport, "publish", "--yes"], tmp_path / "sales", **own)
    assert "Published: sales.customer_orders" in said
    assert "sales.customer_orders" in run([meshport, "search", "orders"], tmp_path, **own)
    where = run([str(python), "-c", "import meshport; print(meshport.__file__)"], tmp_path, **own)
    assert str(tmp_path) in where
