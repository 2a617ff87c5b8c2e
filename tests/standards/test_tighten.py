"""A domain adds and tightens; what loosens is refused, naming both places. Each way of each kind, both directions."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshport.standards import Standards, standards_of
from meshport.standards.tighten import FIELDS
from tests.standards.federation import CENTRAL, domain, refused, write


@pytest.fixture(autouse=True)
def central(tmp_path: Path) -> Path:
    """The central team's standards, beside the domain's project."""
    return write(tmp_path / "central", CENTRAL)


def merged(tmp_path: Path, **own: str) -> Standards:
    return standards_of(domain(tmp_path / "sales", **own))


def classification(said: str) -> dict[str, str]:
    return {"classifications_yml": f"classifications:\n  pii.email: {said}\n"}


def policy(said: str) -> dict[str, str]:
    return {"policies__code__few_columns_yml": said}


def access(said: str) -> dict[str, str]:
    return {"access_yml": f"access:\n  {said}\n"}


TIGHTER = [
    ({}, "classifications", "pii.email", "masks", ("email", "hash")),
    (classification("{masks: [hash]}"), "classifications", "pii.email", "masks", ("hash",)),
    (classification("{masks: [hash, email]}"), "classifications", "pii.email", "masks", ("hash", "email")),
    (classification("{detect: [e_post]}"), "classifications", "pii.email", "detect", ("mail", "e_post")),
    ({"masks_yml": "masks: {email: {visible_to: [b]}}"}, "masks", "email", "visible_to", ("b",)),
    ({"masks_yml": "masks: {email: {visible_to: []}}"}, "masks", "email", "visible_to", ()),
    (
        {"classifications_yml": "classifications: {public: {masks: [hash]}}"},
        *("classifications", "public", "masks", ("hash",)),
    ),
    (
        {"tag_templates_yml": "tag_templates: {tier: {required: true, values: [gold], applies_to: [column]}}"},
        *("tag_templates", "tier", "required", True),
    ),
    ({"tag_templates_yml": "tag_templates: {tier: {values: [gold]}}"}, "tag_templates", "tier", "values", ("gold",)),
    (
        {"tag_templates_yml": "tag_templates: {tier: {governed: true}}"},
        *("tag_templates", "tier", "governed", True),
    ),
    (
        {"tag_templates_yml": "tag_templates: {tier: {applies_to: [column]}}"},
        *("tag_templates", "tier", "applies_to", ("port", "column")),
    ),
    (
        {"tag_templates_yml": "tag_templates: {retention: {values: [1y, 2y]}}"},
        *("tag_templates", "retention", "values", ("1y", "2y")),
    ),
    (access("open: {auto_approve: ['domain:*']}"), "access", "open", "auto_approve", ("domain:*",)),
    (access("open: {auto_approve: [], approvers: 2}"), "access", "open", "approvers", 2),
    (access("open: {longest_days: 30}"), "access", "open", "longest_days", 30),
    (access("told: {longest_days: 30}"), "access", "told", "longest_days", 30),
    (access("told: {notice_days: 30}"), "access", "told", "notice_days", 30),
    (
        access("ours: {description: Ours., classifications: [pii], approvers: 2, longest_days: 30}"),
        *("access", "ours", "classifications", ("pii",)),
    ),
    ({}, "ranking", "title", "weight", 8),
    ({"ranking_yml": "ranking: {title: {weight: 3}}"}, "ranking", "title", "weight", 3),
    ({"ranking_yml": "ranking: {title: {description: The name.}}"}, "ranking", "title", "description", "The name."),
]


@pytest.mark.parametrize(("own", "kind", "name", "field", "expected"), TIGHTER)
def test_what_tightens_is_merged(
    tmp_path: Path, own: dict[str, str], kind: str, name: str, field: str, expected: object
) -> None:
    assert getattr(getattr(merged(tmp_path, **own), kind)[name], field) == expected


SETTINGS = [
    ("columns: 100", "columns", 100),
    ("share: 0.75", "share", 0.75),
    ("share: 1", "share", 1),
    ("layers: [stg]", "layers", ("stg",)),
    ("layers: []", "layers", ()),
    ("names: {int: intermediate}", "names", {"stg": "staging", "int": "intermediate"}),
    ("style: strict", "style", "strict"),
]


@pytest.mark.parametrize(("said", "setting", "expected"), SETTINGS)
def test_a_setting_moves_in_its_direction(tmp_path: Path, said: str, setting: str, expected: object) -> None:
    found = merged(tmp_path, **policy(f"settings: {{{said}}}")).policies["code/few_columns"]
    assert found.spec.settings[setting] == expected
    assert found.spec.settings["columns" if setting != "columns" else "share"] in (200, 0.5), "the others stay"
    assert found.sql == CENTRAL["policies/code/few_columns.sql"]


def test_a_severity_goes_up(tmp_path: Path) -> None:
    assert merged(tmp_path, **policy("severity: error")).policies["code/few_columns"].severity == "error"


def test_new_entries_are_added(tmp_path: Path) -> None:
    own = {
        "masks_yml": "masks: {blank: {description: Nothing., types: [any], method: nullify}}",
        "classifications_yml": "classifications: {pii.badge: {description: A badge number., masks: [blank, hash]}}",
        "tag_templates_yml": "tag_templates: {cost: {description: Who pays., applies_to: [port], from: meta}}",
        "policies__code__ours_yml": "{description: Ours., severity: warning}",
        "policies__code__ours_sql": "select 1",
    }
    found = merged(tmp_path, **own)
    assert found.classifications["pii.badge"].masks == ("blank", "hash")
    assert {"blank", "hash", "email"} == found.masks.keys()
    assert found.tag_templates.keys() == {"tier", "retention", "cost"}
    assert found.policies["code/ours"].sql == "select 1"
    assert found.policies.keys() == {"code/few_columns", "code/ours", "data/positive"}


EXCEPTION = "exceptions: [{subject: 'sales.*', until: 2030-01-31, reason: A migration., approved_by: Ann}]"


def test_a_domain_adds_a_dated_exception_where_the_policy_allows_it(tmp_path: Path) -> None:
    found = merged(tmp_path, policies__data__positive_yml=EXCEPTION).policies["data/positive"]
    (exception,) = found.spec.exceptions
    assert (exception.subject, exception.until.isoformat()) == ("sales.*", "2030-01-31")


LOOSER = [
    (classification("{masks: [email, plain]}"), "`masks`", "plain would be new", "classifications.yml:2"),
    (classification("{masks: []}"), "`masks`", "an empty list would allow everything", "classifications.yml:2"),
    (classification("{description: Nothing personal.}"), "`description`", "it stays as it is", "classifications.yml:2"),
    (
        {"masks_yml": "masks:\n  hash:\n    method: nullify\n"},
        *("`method`", "it stays as it is", "masks.yml:3"),
    ),
    (
        {"masks_yml": "masks:\n  email:\n    visible_to: [a, everybody]\n"},
        *("`visible_to`", "everybody would be new", "masks.yml:3"),
    ),
    (
        {"tag_templates_yml": "tag_templates:\n  tier:\n    values: [gold, bronze]\n"},
        *("`values`", "bronze would be new", "tag_templates.yml:3"),
    ),
    (
        {"tag_templates_yml": "tag_templates:\n  tier:\n    from: meta\n"},
        *("`from`", "it stays as it is", "tag_templates.yml:3"),
    ),
    (policy("settings:\n  columns: 201\n"), "`settings`", "`columns`: 201 is higher than 200", "few_columns.yml:1"),
    (policy("settings: {share: 0.25}"), "`settings`", "`share`: 0.25 is lower than 0.5", "few_columns.yml:1"),
    (policy("settings: {layers: [stg, mart]}"), "`settings`", "`layers`: mart would be new", "few_columns.yml:1"),
    (policy("settings: {names: {stg: s}}"), "`settings`", "`names`: it stays as it is", "few_columns.yml:1"),
    (policy("settings: {style: lax}"), "`settings`", "`style`: it stays as it is", "few_columns.yml:1"),
    (policy("settings: {colums: 3}"), "`settings`", "there is no setting `colums`", "few_columns.yml:1"),
    (policy("settings: {columns: many}"), "`settings`", "`columns` is a number, not a text", "few_columns.yml:1"),
    (policy("settings: {columns: true}"), "`settings`", "`columns` is a number, not a switch", "few_columns.yml:1"),
    (policy("tighten: {style: more}"), "`tighten`", "it stays as it is", "few_columns.yml:1"),
    (policy("domain_exceptions: true"), "`domain_exceptions`", "it stays as it is", "few_columns.yml:1"),
    (policy(EXCEPTION), "`exceptions`", "allows domains no exceptions", "few_columns.yml:1"),
    (
        {"policies__data__positive_yml": "severity: warning"},
        *("`severity`", "an error would become a warning", "positive.yml:1"),
    ),
    (
        {"policies__data__positive_yml": "applies_to: {columns: [nothing]}"},
        *("`applies_to`", "it stays as it is", "positive.yml:1"),
    ),
    (access("open: {auto_approve: ['domain:*', 'user:*', 'user:ann']}"), "`auto_approve`", "ann would be new", "yml:2"),
    (access("open: {longest_days: 366}"), "`longest_days`", "366 is higher", "access.yml:2"),
    (access("open: {longest_days: null}"), "`longest_days`", "it would have no limit", "access.yml:2"),
    (access("told: {notice_days: 7}"), "`notice_days`", "7 is lower", "access.yml:2"),
    (access("open: {classifications: [public, pii]}"), "`classifications`", "it stays as it is", "access.yml:2"),
    (access("told: {principals: {'domain:*': all}}"), "`principals`", "it stays as it is", "access.yml:2"),
    ({"sqlfluff_cfg": "[sqlfluff]\nmax_line_length = 120\n"}, "`max_line_length`", "120 is longer", "sqlfluff.cfg:2"),
    ({"sqlfluff_cfg": "[sqlfluff]\nmax_line_length = 0\n"}, "`max_line_length`", "0 is longer", "sqlfluff.cfg:2"),
    ({"sqlfluff_cfg": "[sqlfluff]\nexclude_rules = LT01\n"}, "`exclude_rules`", "LT01 would be new", "sqlfluff.cfg:2"),
    ({"sqlfluff_cfg": "[sqlfluff]\nignore = parsing\n"}, "`ignore`", "parsing would be new", "sqlfluff.cfg:2"),
    (
        {"sqlfluff_cfg": "[sqlfluff:rules:capitalisation.keywords]\ncapitalisation_policy = upper\n"},
        *("`capitalisation_policy`", "it stays as it is", "sqlfluff.cfg:2"),
    ),
]


@pytest.mark.parametrize(("own", "field", "how", "where"), LOOSER)
def test_what_loosens_is_refused_naming_both_places(
    tmp_path: Path, own: dict[str, str], field: str, how: str, where: str
) -> None:
    error = refused(domain(tmp_path / "sales", **own))
    assert error.message.startswith("this loosens `"), error.message
    assert field in error.message
    assert how in error.message
    assert (error.where or "").startswith(str(tmp_path / "sales" / "standards")), error.where
    assert (error.where or "").endswith(where)
    assert f"the rule is at {tmp_path / 'central'}/" in (error.hint or "")


def test_a_required_tag_cannot_become_optional(tmp_path: Path, central: Path) -> None:
    required = CENTRAL["tag_templates.yml"].replace("from: meta", "from: meta, required: true")
    (central / "tag_templates.yml").write_text(required)
    error = refused(domain(tmp_path / "sales", tag_templates_yml="tag_templates: {retention: {required: false}}"))
    assert "it is required" in error.message
    assert str(central / "tag_templates.yml") + ":3" in (error.hint or "")


def test_a_governed_tag_stays_governed(tmp_path: Path, central: Path) -> None:
    governed = CENTRAL["tag_templates.yml"].replace("from: meta", "from: meta, governed: true")
    (central / "tag_templates.yml").write_text(governed)
    error = refused(domain(tmp_path / "sales", tag_templates_yml="tag_templates: {retention: {governed: false}}"))
    assert "it is governed" in error.message


def test_every_field_that_may_change_is_tried_above() -> None:
    named = {field for fields in FIELDS.values() for field in fields}
    tightened = {case[3] for case in TIGHTER} | {"settings", "severity", "exceptions"}
    assert named == tightened - {"classifications"}  # of a rule of access: in a new one


@pytest.mark.parametrize("said", ["auto_approve: ['domain:*']", "principals: {'domain:finance': admins}"])
def test_a_domain_adds_no_rule_that_opens_and_its_central_team_does(tmp_path: Path, central: Path, said: str) -> None:
    rule = access(f"ours: {{description: Ours., classifications: [pii], {said}}}")
    error = refused(domain(tmp_path / "sales", **rule))
    assert f"a domain cannot say `{said.partition(':')[0]}` in a rule of its own" in error.message
    assert (error.where or "").endswith("sales/standards/access.yml:2")
    write(tmp_path / "group", {"standards.yml": "extends: {folder: ../central}\n", "access.yml": rule["access_yml"]})
    (tmp_path / "sales" / "standards" / "access.yml").unlink()
    (tmp_path / "sales" / "standards" / "standards.yml").write_text("extends: {folder: ../../group}\n")
    (tmp_path / "sales" / "mesh.yml").write_text("domain: sales\n")
    assert "ours" in standards_of(tmp_path / "sales").access


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"policies__code__few_columns_sql": "select 1"}, "this loosens"),
        ({"policies__code__few_columns_sql": "select 1", "policies__code__few_columns_yml": "{}"}, "this redefines"),
        ({"policies__code__fewer_columns_yml": "severity: error"}, "has no SQL"),
        ({"policies__code__ours_sql": "select 1"}, "nothing says what ours.sql is about"),
        ({"policies__cod__ours_yml": "severity: error"}, "no policy is of type 'cod'"),
        ({"policies__code__Ours_yml": "severity: error"}, "cannot be named"),
        ({"policies__data__positive_yml": EXCEPTION.replace("until: 2030-01-31, ", "")}, "required field `until`"),
        ({"policies__data__positive_yml": EXCEPTION.replace("2030-01-31", "soon")}, "date"),
        ({"clasifications_yml": "classifications: {}"}, "clasifications.yml is no file of the standards"),
        (access("a: {description: A, classifications: [pi]}"), "`pi`, which is no classification"),
        (access("a: {description: A, approvers: 3}"), "Invalid enum value 3"),
        (access("a: {description: A, principals: {finance: x}}"), "a domain cannot say `principals`"),
        (access("a: {description: A}\naccess: {}"), "twice"),
        (classification("{mask: [hash]}"), "unknown field `mask`"),
        (classification("[hash]"), "Expected `object`"),
        (
            {"classifications_yml": "classifications: {a: {description: A, masks: [hsh]}}"},
            "`hsh`, which does not exist",
        ),
        ({"classifications_yml": "classifications: {a: {description: A}}\nclassifications: {}"}, "twice"),
        ({"classifications_yml": "classifications:\n  pii.email: {masks: [email]}\n  pii.email: {}"}, "twice"),
        ({"classifications_yml": "classifications: {a: *b}"}, "undefined alias"),
        ({"sqlfluff_cfg": "max_line_length = 3"}, "no section headers"),
        ({"sqlfluff_cfg": "[flake8]\nmax_line_length = 3"}, "[flake8]"),
        ({"standards_yml": "format: 2\nshape: new"}, "of format 2"),
        ({"standards_yml": "extend: {folder: x}"}, "unknown field `extend`"),
        ({"standards_yml": "extends: {folder: x, package: y}"}, "in one place"),
        ({"standards_yml": "extends: {git: x}"}, "go together"),
        ({"standards_yml": "extends: {folder: ../elsewhere}"}, "name different standards"),
    ],
)
def test_bad_input_is_refused_with_file_and_line(tmp_path: Path, own: dict[str, str], said: str) -> None:
    if "policies__code__few_columns_sql" in own and len(own) == 1:
        said = "nothing says what few_columns.sql is about"
    error = refused(domain(tmp_path / "sales", **own))
    assert said in error.message
    assert (error.where or "").startswith(str(tmp_path / "sales" / "standards")), error.where


@pytest.mark.parametrize(
    ("policy_yml", "said"),
    [
        ("{description: D, severity: error}", "has no `applies_to`"),
        ("{description: D, severity: error, applies_to: {}, kind: relationship}", "`references` go together"),
        ("{description: D, severity: error, applies_to: {columns: ['(']}, kind: row}", "no regular expression"),
        ("{description: D, severity: fatal, applies_to: {}, kind: row}", "severity"),
        ("{description: D, severity: error, applies_to: {types: [text]}, kind: row}", "types"),
        ("{description: D, severity: error, applies_to: {}, kind: row, tighten: {low: lower}}", "is no setting"),
        (
            "{description: D, severity: error, applies_to: {}, kind: row, settings: {low: x}, tighten: {low: lower}}",
            "only if it is a number",
        ),
    ],
)
def test_a_data_policy_that_does_not_hold_together_is_refused(tmp_path: Path, policy_yml: str, said: str) -> None:
    own = {"policies__data__ours_yml": policy_yml, "policies__data__ours_sql": "{{ column }} > 0"}
    error = refused(domain(tmp_path / "sales", **own))
    assert said in error.message
    assert (error.where or "").startswith(f"{tmp_path}/sales/standards/policies/data/ours.yml")


def test_a_data_policys_keys_are_not_for_others(tmp_path: Path) -> None:
    own = {
        "policies__code__ours_yml": "{description: D, severity: error, kind: row}",
        "policies__code__ours_sql": "select 1",
    }
    assert "`kind` is for data policies alone" in refused(domain(tmp_path / "sales", **own)).message


SAID = "name: acme\nprotection: {databricks: abac}\n"


def test_how_masks_are_enforced_is_said_once_by_the_central_team(tmp_path: Path, central: Path) -> None:
    assert merged(tmp_path).protection.databricks is None
    write(central, {"standards.yml": SAID})
    assert merged(tmp_path).protection.databricks == "abac"
    write(tmp_path / "region", {"standards.yml": "extends: {folder: ../central}\nprotection: {databricks: abac}\n"})
    mesh = "standards: {folder: ../region}\n"
    assert standards_of(domain(tmp_path / "again", mesh=mesh)).protection.databricks == "abac"
    write(
        tmp_path / "region",
        {"standards.yml": "extends: {folder: ../central}\nprotection: {databricks: column_masks}\n"},
    )
    error = refused(domain(tmp_path / "otherwise", mesh=mesh))
    assert "is said once, by the central team" in error.message
    assert str(error.where).endswith("region/standards.yml")
    assert "central/standards.yml" in str(error.hint)


@pytest.mark.parametrize("said", ["abac", "column_masks"])
def test_a_domain_does_not_say_how_masks_are_enforced(tmp_path: Path, said: str) -> None:
    error = refused(domain(tmp_path / "sales", standards_yml=f"protection: {{databricks: {said}}}\n"))
    assert "not a domain's to say" in error.message
    assert "sales/standards/standards.yml" in str(error.where)
    error = refused(domain(tmp_path / "wrong", standards_yml="protection: {databricks: perhaps}\n"))
    assert "perhaps" in error.message


def test_tags_that_masks_go_by_are_nobodys_to_define(tmp_path: Path) -> None:
    said = "tag_templates: {meshport_mask: {description: Mine., applies_to: [column], from: meta}}\n"
    error = refused(domain(tmp_path / "sales", tag_templates_yml=said))
    assert "meshport's own" in error.message
    assert "tag_templates.yml" in str(error.where)
