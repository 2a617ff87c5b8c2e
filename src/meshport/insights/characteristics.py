"""The product characteristics of the data mesh papers, as data: what is asked of which tables, and what a gap means.

Each query returns evidence: `product_key`, `subject` (a port, `port.column`, a person, or empty for the product),
`claim` (what should hold), `met` (true, false, or NULL where nothing shows it), `detail`. The names and what they mean
are those of Dehghani, "Data Mesh Principles and Logical Architecture" (2020) and "Data Mesh" (2022), with cost and
compliance beside them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Characteristic(msgspec.Struct, frozen=True):
    """One characteristic. `missing` says what is not known where its query finds nothing, or cannot tell."""

    name: str
    question: str
    query: str
    missing: str


RANGE = "0 to 100 %: the share of its claims that hold"
"""What a value is. With claims that nothing shows, it is the range from `they do not hold` to `they hold`."""

CHARACTERISTICS: tuple[Characteristic, ...] = (
    Characteristic(
        "discoverable",
        "Can it be found by those who do not know of it?",
        """
        select product_key, '' as subject, unnest([
            {'claim': 'a title of its own', 'met': title <> name, 'detail': title},
            {'claim': 'a description', 'met': trim(description) <> '', 'detail': ''},
            {'claim': 'a named owner', 'met': coalesce(owner_name, owner_email) is not null,
             'detail': coalesce(owner_name, owner_email, '')},
            {'claim': 'tags', 'met': len(json_keys(tags)) > 0, 'detail': array_to_string(json_keys(tags), ', ')}
        ], recursive := true)
        from mesh.products
        union all by name
        select product_key, port as subject, 'a description' as claim, trim(description) <> '' as met, '' as detail
        from mesh.ports where status <> 'retired'
        """,
        "A declaration that says nothing is a claim that does not hold, never an unknown one.",
    ),
    Characteristic(
        "addressable",
        "Does it have an address that stays?",
        """
        select product_key, port as subject, unnest([
            {'claim': 'a full address', 'met': database_name <> '' and schema_name <> '' and identifier <> '',
             'detail': concat_ws('.', database_name, schema_name, identifier)},
            {'claim': 'a version in its name, so that a breaking change gets an address of its own',
             'met': version is not null, 'detail': coalesce('v' || version, '')}
        ], recursive := true)
        from mesh.ports where status <> 'retired'
        union all by name
        select product_key, port as subject, 'a day on which it goes' as claim, deprecation_date is not null as met,
            coalesce(deprecation_date, '') as detail
        from mesh.ports where status = 'deprecated'
        """,
        "A product without ports has no address: unknown.",
    ),
    Characteristic(
        "understandable",
        "Is it said what its data mean?",
        """
        select product_key, port || '.' || column_name as subject, 'a description' as claim,
            trim(description) <> '' as met, '' as detail
        from mesh.port_columns semi join current_ports using (product_key, port)
        union all by name
        select product_key, '' as subject, 'a way to ask its owners' as claim, len(json_keys(support)) > 0 as met,
            array_to_string(json_keys(support), ', ') as detail
        from mesh.products
        """,
        "A port whose contract names no columns adds none: what is not listed is not described.",
    ),
    Characteristic(
        "truthful",
        "Is it shown that its data are right, and where they come from?",
        """
        select product_key, port || coalesce('.' || column_name, '') as subject, rule as claim,
            case when status in ('pass', 'warn') then true when status in ('fail', 'error') then false end as met,
            status || case when failures > 0 then format(', {} rows', failures) else '' end as detail
        from mesh.results semi join current_ports using (product_key, port)
        union all by name
        select product_key, port || coalesce('.' || column_name, '') as subject, name as claim, null as met,
            'it was not run on what is published' as detail
        from mesh.port_rules
            semi join current_ports using (product_key, port)
            anti join (select product_key, port, rule as name from mesh.results) using (product_key, port, name)
        union all by name
        select product_key, port as subject, 'a rule that its rows obey' as claim, null as met,
            'nothing was ever tested' as detail
        from current_ports
            anti join mesh.results using (product_key, port)
            anti join mesh.port_rules using (product_key, port)
        union all by name
        select product_key, port || '.' || column_name as subject, 'its origin is known' as claim,
            case when lineage.product_key is not null then unknown is null end as met,
            coalesce(unknown, case when lineage.product_key is null then 'no lineage was recorded' end, '') as detail
        from mesh.port_columns
            semi join current_ports using (product_key, port)
            left join mesh.port_lineage as lineage using (product_key, port, column_name)
        union all by name
        select product_key, '' as subject, 'the ' || level || ' that is promised' as claim,
            case when promised is not null then met else false end as met,
            coalesce(format('{} promised, {}', promised, found), 'nothing is promised') as detail
        from (from mesh.products cross join (values ('freshness'), ('quality')) as levels(level))
            left join mesh.service_levels using (product_key, level)
        """,
        "A rule that was not run, a port without any and a column without lineage are unknown, not right.",
    ),
    Characteristic(
        "natively accessible",
        "Can people read it with the tools that they have?",
        """
        select product_key, port as subject, 'read with the catalog''s own accounts and grants' as claim,
            catalog_type <> 'duckdb' as met, catalog_type as detail
        from current_ports join mesh.products using (product_key)
        union all by name
        select product_key, '' as subject, 'somebody read it in the last 90 days' as claim,
            case when sum(queries) > 0 then true end as met,
            coalesce(format('queries: {}', sum(queries)), 'no query is recorded') as detail
        from mesh.products left join mesh.usage using (product_key)
        group by product_key
        """,
        "That nobody read it shows nothing: unknown. Queries that people ask a catalog itself are not recorded.",
    ),
    Characteristic(
        "interoperable",
        "Does it fit together with others?",
        """
        select product_key, port as subject, 'an enforced contract' as claim, contract_enforced as met, '' as detail
        from mesh.ports where status <> 'retired'
        union all by name
        select product_key, port || '.' || column_name as subject, 'a data type' as claim,
            coalesce(data_type, '') <> '' as met, coalesce(data_type, '') as detail
        from mesh.port_columns semi join current_ports using (product_key, port)
        union all by name
        select product_key, port as subject, 'a key to join it by' as claim, count(keys.port) > 0 as met,
            coalesce(array_to_string(list_distinct(list(said)), ', '), '') as detail
        from current_ports left join (
            select product_key, port, array_to_string(columns, ', ') as said
            from mesh.port_constraints where constraint_type in ('primary_key', 'unique', 'foreign_key')
            union all
            select product_key, port, column_name as said
            from mesh.port_rules where kind in ('unique', 'relationships')
        ) as keys using (product_key, port)
        group by product_key, port
        """,
        "What a contract does not say is a claim that does not hold, never an unknown one.",
    ),
    Characteristic(
        "valuable",
        "Does it serve anybody?",
        """
        select product_key, '' as subject, 'somebody subscribes' as claim, count(principal) > 0 as met,
            format('subscribers: {}', count(principal)) as detail
        from mesh.products
            left join (from mesh.subscriptions where status = 'active') as active using (product_key)
        group by product_key
        union all by name
        select product_key, '' as subject, 'somebody read it in the last 90 days' as claim,
            case when sum(queries) > 0 then true when any_value(catalog_type) = 'duckdb' then false end as met,
            coalesce(format('queries: {}', sum(queries)), 'no query is recorded') as detail
        from mesh.products left join mesh.usage using (product_key)
        group by product_key
        union all by name
        select product_key, coalesce(person, '') as subject, 'a rating of 4 stars or more' as claim, stars >= 4 as met,
            coalesce(format('stars: {}', stars), 'nobody rated it') as detail
        from mesh.products left join mesh.ratings using (product_key)
        """,
        "Without ratings it is unknown what people think. What people ask a catalog other than DuckDB is unknown, too.",
    ),
    Characteristic(
        "secure",
        "Is it protected as its data need it?",
        """
        select product_key, port || '.' || column_name as subject, 'hidden by a mask' as claim,
            case when mask is not null then true end as met,
            classification || coalesce(': ' || mask, ': whether it needs a mask the standards say') as detail
        from mesh.port_columns semi join current_ports using (product_key, port)
        where classification is not null
        union all by name
        select product_key, port as subject, 'its columns are classified' as claim,
            case when count(classification) > 0 then true end as met,
            format('{} of {} columns', count(classification), count(*)) as detail
        from mesh.port_columns semi join current_ports using (product_key, port)
        group by product_key, port
        union all by name
        select product_key, principal as subject, 'access that ends by itself' as claim, expires_at is not null as met,
            coalesce(strftime(expires_at, '%Y-%m-%d'), 'no end') as detail
        from mesh.subscriptions where status = 'active'
        """,
        "Where no column is classified, nobody said what it holds: unknown. So is a classified column without a mask.",
    ),
    Characteristic(
        "cost",
        "Is what it costs known, and worth it?",
        """
        select product_key, '' as subject, 'what it costs in money' as claim,
            case when count(day) > 0 then true end as met,
            case when count(day) > 0 then format('known for {} of the last 30 days', count(distinct day))
                 else 'nobody recorded it: meshport ops cost --record' end as detail
        from mesh.products
            left join (from mesh.costs where currency <> 's') as costs using (product_key)
        group by product_key
        union all by name
        select product_key, '' as subject, 'what is published is read' as claim,
            case when any_value(published.number) is not null then
                case when any_value(used.queries) > 0 or any_value(active.principal) is not null then true
                     when any_value(products.catalog_type) = 'duckdb' then false end
            end as met,
            format('in 90 days: published {}, queries {}', count(distinct published.number),
                coalesce(any_value(used.queries), 0)) as detail
        from mesh.products as products
            left join (
                select product_key, number from mesh.publications where published_at >= now() - interval 90 days
            ) as published using (product_key)
            left join (
                select product_key, sum(queries)::bigint as queries from mesh.usage group by product_key
            ) as used using (product_key)
            left join (from mesh.subscriptions where status = 'active') as active using (product_key)
        group by product_key
        """,
        "How much it is, owners see: here it counts that it is known. Where nobody recorded it, in money, it is not.",
    ),
    Characteristic(
        "compliance",
        "Does it keep to what was agreed?",
        """
        select product_key, '' as subject, unnest([
            {'claim': 'terms of use', 'met': coalesce(terms, '') <> '', 'detail': coalesce(terms, '')},
            {'claim': 'an owner with an address', 'met': coalesce(owner_email, '') <> '',
             'detail': coalesce(owner_email, '')},
            {'claim': 'code and infrastructure policies', 'met': null,
             'detail': 'their results are not recorded: `meshport check` asks them'}
        ], recursive := true)
        from mesh.products
        union all by name
        select product_key, port as subject, 'data policies' as claim, bool_and(status in ('pass', 'warn')) as met,
            format('rules: {}', count(rule)) as detail
        from current_ports left join (from mesh.results where kind = 'data_policy' and status <> 'skipped') as asked
            using (product_key, port)
        group by product_key, port
        union all by name
        select product_key, principal as subject, 'a purpose' as claim, coalesce(purpose, '') <> '' as met, '' as detail
        from mesh.subscriptions where status = 'active'
        """,
        "Policies whose results are not recorded are unknown: `meshport check` asks them of a project.",
    ),
)

NAMES = tuple(each.name for each in CHARACTERISTICS)
BY_NAME: Mapping[str, Characteristic] = {each.name: each for each in CHARACTERISTICS}
