"""A toy domain as people write one: two products, three ports, a versioned model, masks, a row filter, tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]

FILES = {
    "dbt_project.yml": """\
name: sales
version: 1.0.0
config-version: 2
profile: sales
flags: {send_anonymous_usage_stats: false}
models: {sales: {+materialized: table}}
""",
    "profiles.yml": """\
sales:
  target: dev
  outputs:
    dev: {type: duckdb, path: sales.duckdb, threads: 1}
""",
    "packages.yml": f"packages:\n  - local: {ROOT}\n",
    # The registry stands in the project, so that a copy of the folder is a whole world of its own.
    "mesh.yml": "domain: sales\ntitle: Sales\nowner: {name: Sales, email: sales@example.com}\nregistry: registry.db\n",
    "models/stg_customers.sql": """\
select * from (values
    (1, 'ann@example.com', 'NL', date '1980-02-03'),
    (2, 'bob@example.org', 'BE', date '1990-12-31'),
    (3, 'test@example.net', 'XX', date '2000-01-01')
) as t (customer_id, email, country, born)
""",
    "models/customers_v1.sql": "select customer_id, email, country, born from {{ ref('stg_customers') }}\n",
    "models/orders.sql": """\
select * from (values (10, 1, 9.5), (11, 2, 20.0), (12, null, 1.25)) as t (order_id, customer_id, amount)
""",
    "models/revenue_by_country.sql": """\
select c.country, cast(sum(o.amount) as decimal(18, 2)) as revenue
from {{ ref('customers', v=1) }} as c
inner join {{ ref('orders') }} as o on c.customer_id = o.customer_id
group by c.country
""",
    "models/products.yml": """\
groups:
  - name: customer_orders
    description: Customers and what they ordered.
    owner: {name: Sales, email: sales@example.com}
    config:
      meta:
        data_product: {title: Customer orders, tier: gold, slo: {freshness: 24h, quality: 0.99}, terms: Internal.}
        tags: {retention: 2y}
  - name: revenue
    description: What came in.
    owner: {name: Sales, email: sales@example.com}
    config: {meta: {data_product: {title: Revenue, tier: silver}}}
models:
  - name: customers
    description: One row a customer, it's good.
    latest_version: 1
    config:
      group: customer_orders
      access: public
      contract: {enforced: true}
      meta: {row_filter: {columns: [country], predicate: "country <> 'XX'"}}
    columns:
      - name: customer_id
        data_type: integer
        description: The key.
        constraints: [{type: not_null}]
        data_tests: [unique, not_null]
      - {name: email, data_type: varchar, description: Their mail., config: {meta: {classification: pii.email}}}
      - {name: country, data_type: varchar, description: Where they live.}
      - {name: born, data_type: date, config: {meta: {classification: pii.birth_date}}}
    versions: [{v: 1}]
  - name: orders
    description: One row an order.
    config: {group: customer_orders, access: public, contract: {enforced: true}}
    columns:
      - {name: order_id, data_type: integer, constraints: [{type: not_null}], data_tests: [unique]}
      - name: customer_id
        data_type: integer
        data_tests: [{not_null: {config: {severity: warn}}}]
      - {name: amount, data_type: "decimal(4,2)", config: {meta: {tags: {business_term: amount}}}}
  - name: revenue_by_country
    description: One row a country.
    config: {group: revenue, access: public, contract: {enforced: true}}
    columns:
      - {name: country, data_type: varchar}
      - {name: revenue, data_type: "decimal(18,2)"}
unit_tests:
  - name: customers_pass_through
    model: customers
    given: [{input: ref('stg_customers'), rows: [{customer_id: 7, email: a@b.c, country: NL, born: 1980-01-01}]}]
    expect: {rows: [{customer_id: 7, email: a@b.c, country: NL, born: 1980-01-01}]}
""",
}

# What readers of the ports see: e-mails without their names, birthdays without days, nobody from XX.
CUSTOMERS = [(1, "***@example.com", "NL", "1980-01-01"), (2, "***@example.org", "BE", "1990-01-01")]
PORTS = ("customer_orders.customers_v1", "customer_orders.orders", "revenue.revenue_by_country")
PRODUCTS = ("sales.customer_orders", "sales.revenue")


def write(folder: Path) -> None:
    """Write the project into an empty folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
