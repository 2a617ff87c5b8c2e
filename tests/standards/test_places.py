"""Where standards may be: a folder, a git repository, an installed wheel; on several levels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from meshport.errors import InputError, UnavailableError
from meshport.standards import load_standards, standards_of
from tests.standards.federation import CENTRAL, commit, domain, git, refused, repository, write


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def masks(project: Path) -> tuple[str, ...]:
    return standards_of(project).classifications["pii.email"].masks


ONLY_HASH = {"classifications.yml": CENTRAL["classifications.yml"].replace("[email, hash]", "[hash]")}


class TestGit:
    @pytest.fixture
    def central(self, tmp_path: Path) -> Path:
        """A repository with the tag v1, and a newer commit on main."""
        folder = tmp_path / "central"
        repository(folder, {f"company/standards/{name}": text for name, text in CENTRAL.items()})
        git(folder, "tag", "--annotate", "--message=first", "v1")
        write(folder, {f"company/standards/{name}": text for name, text in ONLY_HASH.items()})
        commit(folder)
        return folder

    @staticmethod
    def at(ref: str, url: str = "../central") -> str:
        return f"standards: {{git: '{url}', ref: '{ref}', path: company/standards}}\n"

    def test_a_tag_a_branch_and_a_commit_are_read(self, tmp_path: Path, central: Path) -> None:
        head, first = git(central, "rev-parse", "main"), git(central, "rev-parse", "v1^{commit}")
        for ref, expected in [
            ("v1", ("email", "hash")),
            ("main", ("hash",)),
            (first, ("email", "hash")),
            (head, ("hash",)),
        ]:
            project = domain(tmp_path / f"sales_{ref}", mesh=self.at(ref))
            assert masks(project) == expected
            pinned = project / "standards.lock"
            assert pinned.is_file() == (ref in ("v1", "main")), "a commit needs no pin"
            if pinned.is_file():
                assert (first if ref == "v1" else head) in pinned.read_text()

    def test_a_moving_reference_is_pinned_and_then_needs_no_repository(self, tmp_path: Path, central: Path) -> None:
        project = domain(tmp_path / "sales", mesh=self.at("main"))
        assert masks(project) == ("hash",)
        write(central, {"company/standards/classifications.yml": CENTRAL["classifications.yml"]})
        commit(central)
        assert masks(project) == ("hash",), "the branch has moved, the pin has not"
        central.rename(tmp_path / "gone")
        assert masks(project) == ("hash",)

    def test_another_machine_reads_the_commit_that_is_pinned(self, tmp_path: Path, central: Path, cache: Path) -> None:
        project = domain(tmp_path / "sales", mesh=self.at("v1"))
        standards_of(project)
        git(central, "tag", "--force", "v1", "main")
        shutil.rmtree(cache)
        assert masks(project) == ("email", "hash")

    def test_a_commit_that_only_history_has_is_read(self, tmp_path: Path, central: Path) -> None:
        first = git(central, "rev-parse", "v1^{commit}")
        git(central, "tag", "--delete", "v1")
        git(central, "config", "uploadpack.allowAnySHA1InWant", "false")
        assert masks(domain(tmp_path / "sales", mesh=self.at(first, central.as_uri()))) == ("email", "hash")

    def test_update_moves_the_pin(self, tmp_path: Path, central: Path) -> None:
        project = domain(tmp_path / "sales", mesh=self.at("main"))
        standards_of(project)
        write(central, {"company/standards/classifications.yml": CENTRAL["classifications.yml"]})
        newest = commit(central)
        done = run("standards", "update", "--project-dir", str(project), "--format", "json")
        assert newest in done.stdout
        assert newest in (project / "standards.lock").read_text()
        assert masks(project) == ("email", "hash")

    def test_what_does_not_exist_is_refused(self, tmp_path: Path, central: Path) -> None:
        error = refused(domain(tmp_path / "a", mesh=self.at("v11")))
        assert "no tag or branch `v11`" in error.message
        assert "there is v1" in (error.hint or "")
        error = refused(domain(tmp_path / "b", mesh=self.at("0" * 40)))
        assert f"no commit {'0' * 40}" in error.message
        error = refused(domain(tmp_path / "c", mesh="standards: {git: ../central, ref: v1, path: company/standard}\n"))
        assert "has no folder company/standard" in error.message
        error = refused(domain(tmp_path / "d", mesh="standards: {git: ../central, ref: v1, path: ../../..}\n"))
        assert "cannot lead out" in error.message
        with pytest.raises(UnavailableError, match="cannot be reached"):
            standards_of(domain(tmp_path / "e", mesh=self.at("v1", "../nowhere")))
        assert not list(tmp_path.rglob("standards.lock")), "nothing is pinned that could not be read"

    def test_an_address_is_no_option_and_no_program(self, tmp_path: Path) -> None:
        for url in ("--upload-pack=touch pwned", f"ext::sh -c 'touch {tmp_path}/pwned'"):
            with pytest.raises(UnavailableError):
                standards_of(domain(tmp_path / "sales", mesh=f'standards: {{git: "{url}", ref: v1}}\n'))
        assert not list(tmp_path.rglob("pwned"))

    def test_a_password_in_an_address_is_not_shown(self, tmp_path: Path) -> None:
        url = "http://ann:hunter2@127.0.0.1:9/standards.git"
        with pytest.raises(UnavailableError) as caught:
            standards_of(domain(tmp_path / "sales", mesh=self.at("v1", url)))
        assert "hunter2" not in f"{caught.value.message} {caught.value.where} {caught.value.hint}"

    def test_links_in_a_repository_lead_nowhere(self, tmp_path: Path) -> None:
        central = tmp_path / "central"
        write(central, {f"company/standards/{name}": text for name, text in CENTRAL.items()})
        (tmp_path / "secret.yml").write_text("masks: {}")
        (central / "company/standards/masks.yml").unlink()
        (central / "company/standards/masks.yml").symlink_to(tmp_path / "secret.yml")
        repository(central, {})
        assert "no masks.yml" in refused(domain(tmp_path / "sales", mesh=self.at("main"))).message

    def test_a_broken_lock_is_refused(self, tmp_path: Path, central: Path) -> None:
        project = domain(tmp_path / "sales", mesh=self.at("main"))
        for text, said in [
            ("pins: [{git: ../central, ref: main, commit: --help}]", "is no commit"),
            ("pins: 3", "standards.lock"),
            ("- a", "must hold a mapping"),
        ]:
            (project / "standards.lock").write_text(text)
            error = refused(project)
            assert said in error.message
            assert "standards.lock" in (error.where or "")


class TestPackage:
    @staticmethod
    def install(tmp_path: Path, files: dict[str, str], name: str = "acme_standards") -> Path:
        """Build a wheel and install it with pip into a folder."""
        wheel, site = tmp_path / f"{name}-1.2.0-py3-none-any.whl", tmp_path / "site"
        info = f"{name}-1.2.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as file:
            for path, text in files.items():
                file.writestr(path, text)
            file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.0\n")
            file.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            file.writestr(f"{info}/RECORD", "")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--quiet",
            "--disable-pip-version-check",
            "install",
            "--no-index",
            "--no-deps",
        ]
        subprocess.run([*pip, "--target", str(site), str(wheel)], check=True, capture_output=True)
        return site

    def test_an_installed_wheel_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        files = {f"acme_standards/data/{name}": text for name, text in CENTRAL.items()}
        monkeypatch.syspath_prepend(self.install(tmp_path, files))
        project = domain(tmp_path / "sales", mesh="standards: {package: acme-standards}\n")
        found = standards_of(project)
        assert found.classifications["pii.email"].masks == ("email", "hash")
        assert found.where == "package acme-standards 1.2.0"
        assert "acme_standards" not in sys.modules, "nothing of the package is run"

    def test_of_several_standards_in_a_wheel_one_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = {f"acme_standards/strict/{name}": text for name, text in {**CENTRAL, **ONLY_HASH}.items()}
        files |= {f"acme_standards/plain/{name}": text for name, text in CENTRAL.items()}
        monkeypatch.syspath_prepend(self.install(tmp_path, files))
        assert masks(domain(tmp_path / "a", mesh="standards: {package: acme-standards, path: strict}\n")) == ("hash",)
        error = refused(domain(tmp_path / "b", mesh="standards: {package: acme-standards, path: lax}\n"))
        assert "there is no lax/standards.yml in it" in error.message

    def test_an_editable_package_is_found_by_its_module(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "checkout" / "acme_rules", CENTRAL)
        info = {"acme_rules-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n"}
        monkeypatch.syspath_prepend(write(tmp_path / "site", info))
        monkeypatch.syspath_prepend(tmp_path / "checkout")
        assert masks(domain(tmp_path / "sales", mesh="standards: {package: acme-rules}\n")) == ("email", "hash")

    def test_what_is_not_installed_or_holds_no_standards_is_refused(self, tmp_path: Path) -> None:
        error = refused(domain(tmp_path / "a", mesh="standards: {package: acme-standards}\n"))
        assert "acme-standards with the standards is not installed" in error.message
        assert error.where == str(tmp_path / "a" / "mesh.yml")
        assert "holds no standards" in refused(domain(tmp_path / "b", mesh="standards: {package: click}\n")).message

    def test_without_a_word_the_shipped_standards_are_in_force(self, tmp_path: Path) -> None:
        shipped = load_standards()
        for number, mesh in enumerate(("", "standards: {package: meshport}\n")):
            assert standards_of(domain(tmp_path / str(number), mesh=mesh)).masks == shipped.masks
        assert standards_of(tmp_path).masks == shipped.masks, "a project that is no domain"


class TestLevels:
    def test_each_level_tightens_the_one_below(self, tmp_path: Path) -> None:
        write(tmp_path / "central", CENTRAL)
        region = {"standards.yml": "extends: {folder: ../central}\n", "sqlfluff.cfg": "[sqlfluff]\nrules = CP01\n"}
        write(tmp_path / "region", {**region, "classifications.yml": "classifications: {pii.email: {masks: [hash]}}"})
        own = {
            "sqlfluff_cfg": "[sqlfluff]\nmax_line_length = 80\n",
            "classifications_yml": "classifications: {x: {description: X}}",
        }
        project = domain(tmp_path / "sales", mesh="standards: {folder: ../region}\n", **own)
        found = standards_of(project)
        assert found.classifications["pii.email"].masks == ("hash",)
        assert found.lint["sqlfluff"] == {"rules": "LT01,LT05,CP01", "max_line_length": "80"}
        assert found.where == f"standards, on {tmp_path / 'region'}, on {tmp_path / 'central'}"
        told = [(place.standards, place.fields) for place in found.origins["lint"]["sqlfluff"]]
        assert told == [
            (str(tmp_path / "central"), ()),
            (str(tmp_path / "region"), ("rules",)),
            ("standards", ("max_line_length",)),
        ]

    def test_what_a_level_tightened_stays_tight_above_it(self, tmp_path: Path) -> None:
        write(tmp_path / "central", CENTRAL)
        write(
            tmp_path / "region",
            {
                "standards.yml": "extends: {folder: ../central}\n",
                "classifications.yml": "classifications: {pii.email: {masks: [hash]}}",
            },
        )
        own = {"classifications_yml": "classifications: {pii.email: {masks: [email]}}"}
        error = refused(domain(tmp_path / "sales", mesh="standards: {folder: ../region}\n", **own))
        assert "email would be new" in error.message

    def test_a_domain_may_say_itself_what_it_extends(self, tmp_path: Path) -> None:
        write(tmp_path / "central", CENTRAL)
        extends = {"standards_yml": "extends: {folder: ../../central}\n"}
        assert masks(domain(tmp_path / "sales", mesh="", **extends)) == ("email", "hash")
        other = domain(tmp_path / "finance", mesh="standards: {folder: ../sales/standards}\n")
        assert masks(other) == ("email", "hash"), "and publish the result to others"

    def test_circles_are_refused(self, tmp_path: Path) -> None:
        write(tmp_path / "a", {"standards.yml": "extends: {folder: ../b}\n"})
        write(tmp_path / "b", {"standards.yml": "extends: {folder: ../a}\n"})
        for folder in ("a", "b"):
            with pytest.raises(InputError, match="extend each other"):
                load_standards(tmp_path / folder)
        error = refused(domain(tmp_path / "sales", mesh="standards: {folder: ../a}\n"))
        assert "extend each other" in error.message

    def test_a_repository_extends_another_folder_of_its_own_but_none_outside(self, tmp_path: Path) -> None:
        files = {f"base/{name}": text for name, text in CENTRAL.items()}
        repository(tmp_path / "ok", {**files, "top/standards.yml": "extends: {folder: ../base}\n"})
        assert masks(domain(tmp_path / "a", mesh="standards: {git: ../ok, ref: main, path: top}\n")) == (
            "email",
            "hash",
        )
        write(tmp_path / "outside", CENTRAL)
        repository(tmp_path / "bad", {"standards.yml": f"extends: {{folder: {tmp_path}/outside}}\n"})
        assert "lead out" in refused(domain(tmp_path / "b", mesh="standards: {git: ../bad, ref: main}\n")).message

    def test_what_a_repository_extends_is_pinned_in_the_project(self, tmp_path: Path) -> None:
        first = repository(tmp_path / "central", CENTRAL)
        second = repository(
            tmp_path / "region", {"standards.yml": f"extends: {{git: {tmp_path}/central, ref: main}}\n"}
        )
        project = domain(tmp_path / "sales", mesh="standards: {git: ../region, ref: main}\n")
        standards_of(project)
        pins = (project / "standards.lock").read_text()
        assert first in pins
        assert second in pins


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "meshport", *arguments], capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.returncode == code, done.stderr
    return done


class TestShow:
    def test_origins_are_shown(self, tmp_path: Path) -> None:
        central = write(tmp_path / "central", CENTRAL)
        project = domain(tmp_path / "sales", classifications_yml="classifications: {pii.email: {masks: [hash]}}")
        shown = run("standards", "show", "--origin", "--project-dir", str(project)).stdout
        line = next(line for line in shown.splitlines() if line.startswith("pii.email"))
        assert f"{central}/classifications.yml:4 ({central})" in line
        assert f"{project}/standards/classifications.yml:1 (standards): masks" in line
        assert "classifications.yml" not in run("standards", "show", "--project-dir", str(project)).stdout

    def test_json_has_everything(self, tmp_path: Path) -> None:
        import json

        write(tmp_path / "central", CENTRAL)
        project = domain(tmp_path / "sales")
        data = json.loads(run("standards", "show", "--format", "json", "--project-dir", str(project)).stdout)
        assert data["policies"]["code/few_columns"]["spec"]["settings"]["columns"] == 200
        assert "origins" not in data
        folder = ("--folder", str(tmp_path / "central"), "--origin")
        data = json.loads(run("standards", "show", *folder, "--format", "json").stdout)
        assert data["origins"]["masks"]["hash"][0]["where"].endswith("masks.yml:3")

    def test_a_data_policy_that_is_no_condition_ends_with_4(self, tmp_path: Path) -> None:
        write(tmp_path / "central", {**CENTRAL, "policies/data/positive.sql": "{{ column }} > 0\n; drop table x"})
        done = run("standards", "show", "--folder", str(tmp_path / "central"), code=4)
        assert "policies/data/positive.sql" in done.stderr

    def test_loosening_ends_with_4(self, tmp_path: Path) -> None:
        write(tmp_path / "central", CENTRAL)
        project = domain(tmp_path / "sales", classifications_yml="classifications: {pii.email: {masks: []}}")
        done = run("standards", "show", "--project-dir", str(project), code=4)
        assert "loosens `pii.email`" in done.stderr
        assert "classifications.yml:4" in done.stderr
        assert done.stdout == ""
