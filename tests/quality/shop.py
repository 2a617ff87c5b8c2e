"""A domain whose rows keep and break rules: two ports for the built-in policies, one for rules of every other kind."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]

_READINGS = """\
  - name: {name}
    config: {{group: readings, access: public, contract: {{enforced: true}}}}
    columns:
      - {{name: amount, data_type: "decimal(9,2)"}}
      - {{name: email, data_type: varchar, config: {{meta: {{classification: pii.email}}}}}}
      - {{name: title, data_type: varchar}}
      - {{name: created_at, data_type: timestamp}}
      - {{name: born, data_type: date, config: {{meta: {{classification: pii.birth_date}}}}}}
      - {{name: discount_share, data_type: double}}
      - {{name: currency, data_type: varchar}}
      - {{name: country_code, data_type: varchar}}
      - {{name: latitude, data_type: double}}
"""
_ROW = "({0}) as t (amount, email, title, created_at, born, discount_share, currency, country_code, latitude)"

FILES = {
    "dbt_project.yml": """\
name: shop
version: 1.0.0
config-version: 2
profile: shop
flags: {send_anonymous_usage_stats: false}
models: {shop: {+materialized: view}}
""",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n",
    "packages.yml": f"packages:\n  - local: {ROOT}\n",
    "mesh.yml": "domain: shop\nregistry: registry.db\n",
    # All rules of every built-in policy hold; nulls are no violations.
    "models/good.sql": "select * from "
    + _ROW.format("""values
    (0::decimal(9, 2), 'ann@example.com', 'A', timestamp '2020-01-01 10:00', date '1980-02-03', 0.0::double, 'EUR', 'NL', -90.0::double),
    (9.5, 'b.c+d@mail.example.org', ' b ', now()::timestamp, current_date, 1.0, 'USD', 'BEL', 90.0),
    (null, null, null, null, null, null, null, null, null)"""),
    # How many rows break which rule: see BROKEN.
    "models/bad.sql": "select * from "
    + _ROW.format("""values
    (-0.01::decimal(9, 2), 'ann', '', timestamp '2999-01-01', date '1800-01-01', 1.01::double, 'eur', 'Netherlands', 90.1::double),
    (-5.0, 'a@b', '   ', timestamp '2020-01-01', date '2999-01-01', -0.2, 'EURO', 'nl', -200),
    (1.0, 'a b@example.com', 'x', timestamp '2020-01-01', date '1980-01-01', 0.5, '€', 'N', 10),
    (null, null, null, null, null, null, null, null, null)"""),
    "seeds/countries.csv": "code\nNL\nBE\n",
    "models/orders.sql": """\
select * from (values
    (1, 'A-1', 'ann@example.com', 'NL', 10, 'paid'),
    (1, 'A-1', 'bob', 'XX', 20, 'open'),
    (2, null, 'cyd', null, -1, 'lost'),
    (null, 'B-2', null, 'BE', 0, null),
    (9, 'hidden', 'dan', 'YY', -9, 'lost')
) as t (order_id, reference, email, country, amount, status)
""",
    "models/ports.yml": """\
groups:
  - name: readings
    owner: {name: Shop}
    config: {meta: {data_product: true}}
  - name: sales
    owner: {name: Shop}
    config: {meta: {data_product: {tier: gold}}}
models:
"""
    + _READINGS.format(name="good")
    + _READINGS.format(name="bad")
    + """\
  - name: orders
    config:
      group: sales
      access: public
      contract: {enforced: true}
      meta: {row_filter: {columns: [reference], predicate: "reference is distinct from 'hidden'"}}
    constraints:
      - {type: check, expression: "amount > 0 -- in euros"}
    columns:
      - name: order_id
        data_type: integer
        constraints: [{type: not_null}, {type: unique}]
        data_tests: [not_null, unique]
      - {name: reference, data_type: varchar, config: {meta: {tags: {business_term: key}}}}
      - {name: email, data_type: varchar, config: {meta: {classification: pii.email}}}
      - name: country
        data_type: varchar
        data_tests: [{relationships: {arguments: {to: ref('countries'), field: code}}}]
      - {name: amount, data_type: integer}
      - name: status
        data_type: varchar
        data_tests:
          - accepted_values: {arguments: {values: [paid, open]}, config: {severity: warn}}
          - accepted_values: {name: status_known, arguments: {values: [paid]}, config: {where: "amount > 5"}}
""",
    "tests/amounts_add_up.sql": "select * from {{ ref('orders') }} where amount > 100\n",
    "standards/policies/data/key_unique.sql": "{{ column }} not like 'Z%'\n",
    "standards/policies/data/key_unique.yml": """\
description: Keys are unique.
severity: error
kind: unique
applies_to: {tags: {business_term: key}}
""",
    "standards/policies/data/country_known.sql": "true\n",
    "standards/policies/data/country_known.yml": """\
description: Countries are known.
severity: warning
kind: relationship
references: {model: countries, column: code}
applies_to: {columns: ['^country$']}
""",
}

BROKEN = {
    "amount_not_negative": 2,
    "email_format": 3,
    "text_not_blank": 2,
    "event_not_in_future": 1,
    "birth_date_possible": 2,
    "share_within_bounds": 2,
    "currency_code_format": 3,
    "country_code_format": 3,
    "latitude_on_earth": 2,
}
"""How many rows of `bad` break which of the built-in policies."""


def write(folder: Path) -> None:
    """Write the project into an empty folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
