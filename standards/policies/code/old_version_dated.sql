select
    ports.node_unique_id as subject,
    format('it is no longer the latest version of `{}`, and nothing says when it goes', ports.name) as message
from mesh.ports as ports
inner join mesh.products as products on ports.product_key = products.product_key
where products.own
    and not ports.latest
    and ports.deprecation_date is null
    and try_cast(ports.version as double) < (
        select max(try_cast(latest.version as double))
        from mesh.ports as latest
        where latest.product_key = ports.product_key and latest.name = ports.name and latest.latest
    )
