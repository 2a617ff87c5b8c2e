"""The main job, end to end, with every claim checked: `make demo`, `make demo-databricks`. Ends with 1 where something
does not hold. `make demo-operations` tells of what comes after publishing.

Two domains, one story: on one laptop, or on Databricks, with the same commands and the same claims.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from demo.places import Laptop, Place
from demo.story import NotSoError, Story

HOME = Path(__file__).parents[1] / ".meshport" / "demo"
PORT = "sales_published.customer_orders.customer_orders_v1"
NEXT = "sales_published.customer_orders.customer_orders_v2"

AUDIENCE_SQL = """\
select
    country,
    email,
    count(*) as orders,
    cast(sum(amount) as decimal(18, 2)) as amount
from {{ ref('sales', 'customer_orders') }}
group by country, email
"""
AUDIENCE_YAML = """\
groups:
  - name: audience
    owner: {name: Marketing team, email: marketing@example.com}
    description: Who ordered how much, by country.
    config: {meta: {data_product: {title: Audience, tier: silver, terms: For campaigns.}}}

models:
  - name: audience
    description: One row a customer who ordered, by masked e-mail address.
    config: {group: audience, access: public, materialized: table, contract: {enforced: true}}
    columns:
      - {name: country, data_type: string, description: Country of residence.}
      - name: email
        data_type: string
        description: The e-mail address as sales publishes it, with the name in front of the domain hidden.
        config: {meta: {classification: internal}} # what sales left of it is harmless
      - {name: orders, data_type: bigint, description: Number of orders., constraints: [{type: not_null}]}
      - {name: amount, data_type: "decimal(18,2)", description: What they cost together.}
"""


def main() -> None:
    """Run the story in an empty folder."""
    wanted = sys.argv[1:] or ["laptop"]
    if wanted == ["laptop"]:
        tell(Laptop(), HOME)
    elif wanted == ["databricks"]:
        from demo.databricks import Databricks

        with Databricks.double() as double:
            tell(Databricks(double), HOME.with_name("demo-databricks"))
    elif wanted == ["operations"]:
        from demo import operations

        stage("Running a mesh, on a laptop", HOME.with_name("demo-operations"), operations.tell)
    else:
        sys.exit("python -m demo [laptop | databricks | operations]")


def tell(place: Place, home: Path) -> None:
    """Tell the whole story of the main job."""

    def chapters(home: Path) -> None:
        story = Story(home, place.environment)
        sales, marketing = home / "sales", home / "marketing"
        publish_first(story, place, sales)
        build_on_it(story, place, sales, marketing)
        again_changes_nothing(story, place, sales)
        breaking_change(story, place, sales, marketing)
        drift(story, place, sales)
        failing_test(story, place, sales)
        go_back(story, place, sales)
        find(story, home)

    stage(f"The main job, {place.title}", home, chapters)


def stage(title: str, home: Path, chapters: Callable[[Path], None]) -> None:
    """Tell a story in an empty folder. Ends the program with 1 at the first claim that does not hold."""
    started = time.monotonic()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    click.secho(title, bold=True)
    try:
        chapters(home)
    except NotSoError as error:
        click.secho(f"\n✗ This does not hold: {error}", fg="red", bold=True)
        sys.exit(1)
    click.secho(f"\nAll of it holds. ({time.monotonic() - started:.0f} s; the projects are in {home})", bold=True)


def publish_first(story: Story, place: Place, sales: Path) -> None:
    """A domain scaffolds a project and publishes a product with masked personal data."""
    story.chapter("1. The domain `sales` scaffolds a project, builds it with dbt, and publishes a product")
    home = sales.parent
    story.run(home, "meshport registry init")
    story.run(home, "meshport new sales --defaults --owner-email sales@example.com")
    place.prepare(story, sales)
    story.run(sales, "meshport build --quiet", quiet=True)
    story.run(sales, "meshport search orders", says=("unpublished",))
    story.run(home, "meshport search orders", says=("No product found",))
    story.run(sales, "meshport plan", says=("new, 1.0.0",))
    story.run(sales, "meshport publish --yes", says=("Published: sales.customer_orders",), quiet=True)
    emails = [row[0] for row in place.rows(sales, f"select distinct email from {PORT}")]
    story.claim(
        "every published e-mail address is masked", bool(emails) and all(email.startswith("***@") for email in emails)
    )


def build_on_it(story: Story, place: Place, sales: Path, marketing: Path) -> None:
    """Another domain finds the product, asks for it, builds on it with `ref`, and publishes a product of its own."""
    story.chapter("2. The domain `marketing` finds it, asks for it, and builds on it")
    story.run(sales.parent, "meshport new marketing --defaults --answer sample_data=no", quiet=True)
    place.prepare(story, marketing)
    story.run(marketing, "meshport search customer email", says=("sales.customer_orders",))
    story.run(marketing, "meshport inputs add sales.customer_orders", says=("asked for a subscription",))
    place.refused(story, marketing, "marketing", f"select count(*) from {PORT}")
    story.run(sales, "meshport access approve sales.customer_orders marketing", says=("Approved",))
    shown = place.read(story, marketing, f"select customer_name, email, country from {PORT} limit 3")
    story.claim("it shows masked e-mail addresses", "***@" in shown)
    place.refused(story, marketing, "finance", f"select * from {PORT}")
    story.write(marketing / "models" / "audience.sql", AUDIENCE_SQL)
    story.write(marketing / "models" / "_audience.yml", AUDIENCE_YAML)
    story.run(marketing, "meshport build --quiet", quiet=True)
    story.run(marketing, "meshport publish --yes", says=("Published: marketing.audience",), quiet=True)
    story.run(marketing, "meshport inputs list", says=("sales.customer_orders",))


def again_changes_nothing(story: Story, place: Place, sales: Path) -> None:
    """Publishing again writes nothing."""
    story.chapter("3. Publishing again changes nothing")
    before = place.trace(sales)
    story.run(sales, "meshport publish --yes", says=("Nothing to do",))
    story.claim("nothing was written to the published zone", before == place.trace(sales))


def breaking_change(story: Story, place: Place, sales: Path, marketing: Path) -> None:
    """A breaking change is refused; as a new version it is published beside the old one, once its reader knows."""
    story.chapter("4. A breaking change is refused; as a new version it is published beside the old one")
    sql = sales / "models" / "marts" / "customer_orders_v1.sql"
    yaml = sales / "models" / "marts" / "_product.yml"
    whole_sql, whole_yaml = sql.read_text(), yaml.read_text()
    column = whole_yaml[whole_yaml.index("      - name: phone\n") : whole_yaml.index("      - name: birth_date\n")]
    story.edit(sql, "    customers.phone,\n", "")
    story.edit(yaml, column, "")
    story.run(sales, "meshport build --quiet", quiet=True)
    story.run(sales, "meshport publish --yes", ends=3, says=("breaking: the column `phone` is gone",))
    shorter = sql.read_text()
    sql.write_text(whole_sql)
    yaml.write_text(whole_yaml)
    story.write(sql.with_name("customer_orders_v2.sql"), shorter)
    story.edit(
        yaml,
        "      - v: 1\n",
        "      - v: 1\n        deprecation_date: 2027-06-30\n"
        "      - v: 2\n        columns: [{include: all, exclude: [phone]}]\n",
    )
    story.edit(yaml, "latest_version: 1", "latest_version: 2")
    story.run(sales, "meshport build --quiet", quiet=True)
    story.run(sales, "meshport publish --yes", ends=3, says=("Announced to domain:marketing",))
    story.run(marketing, "meshport contract acknowledge sales.customer_orders.customer_orders.v1")
    story.run(sales, "meshport publish --yes", says=("1.0.0 → 1.1.0",))
    story.run(
        sales,
        "meshport product deprecate customer_orders --port customer_orders.v1 --on 2027-06-30"
        " --replaced-by customer_orders.v2",
    )
    both = place.rows(sales, f"select (select count(*) from {PORT}) as old, (select count(*) from {NEXT}) as new")
    story.claim("both versions are readable and have the same number of rows", both[0][0] == both[0][1] > 0)


def drift(story: Story, place: Place, sales: Path) -> None:
    """A change by hand in the catalog shows as drift and is healed; other people's tags are left alone."""
    story.chapter(
        "5. Somebody changes the catalog by hand: it shows, old to new, and is healed; other people's tags stay"
    )
    place.set_comment(sales, PORT, "do not use")
    place.set_tag(sales, PORT, "tier", "bronze")
    place.set_tag(sales, PORT, "project", "x")
    story.run(sales, "meshport plan", says=("drift", "do not use", "bronze → gold", "Foreign, left alone"))
    story.run(sales, "meshport publish --yes", quiet=True)
    tags = place.tags(sales, PORT)
    story.claim("the tier is healed and the foreign tag is untouched", (tags["tier"], tags["project"]) == ("gold", "x"))


def failing_test(story: Story, place: Place, sales: Path) -> None:
    """A failing test publishes nothing."""
    story.chapter("6. A failing test publishes nothing")
    seed = sales / "seeds" / "raw_orders.csv"
    good = seed.read_text()
    before = place.rows(sales, f"select count(*), sum(amount) from {PORT}")
    story.edit(seed, good.splitlines()[1], good.splitlines()[1].rsplit(",", 2)[0] + ",lost,379.34")
    story.run(sales, "meshport build --quiet", ends=3, quiet=True)
    story.run(sales, "meshport publish --yes", ends=3, says=("blocked",))
    story.claim(
        "consumers read the previous build", before == place.rows(sales, f"select count(*), sum(amount) from {PORT}")
    )
    seed.write_text(good)


def go_back(story: Story, place: Place, sales: Path) -> None:
    """A build that passes its tests and is wrong all the same is taken back at once."""
    story.chapter("7. A build that is wrong although its tests pass is rolled back")
    seed = sales / "seeds" / "raw_orders.csv"
    good = seed.read_text()
    before = place.rows(sales, f"select sum(amount) from {PORT}")
    story.edit(seed, "379.34", "37934")
    story.run(sales, "meshport build --quiet", quiet=True)
    story.run(sales, "meshport publish --yes", quiet=True)
    story.claim("the wrong amount is published", before != place.rows(sales, f"select sum(amount) from {PORT}"))
    story.run(sales, 'meshport product rollback customer_orders --note "a comma was lost" --yes')
    story.claim("the amounts are right again", before == place.rows(sales, f"select sum(amount) from {PORT}"))
    story.run(sales, "meshport publish --yes", ends=3, says=("was rolled back",), quiet=True)
    seed.write_text(good)
    story.run(sales, "meshport build --quiet", quiet=True)
    story.run(sales, "meshport publish --yes", says=("Published",), quiet=True)
    story.run(sales, "meshport product history customer_orders")


def find(story: Story, home: Path) -> None:
    """What is published is found by everybody."""
    story.chapter("8. What is published is found")
    story.run(home, "meshport search country", says=("sales.customer_orders", "marketing.audience"))
    story.run(home, "meshport show sales.customer_orders", says=("customer_orders.v2", "pii.email"))


if __name__ == "__main__":
    main()
