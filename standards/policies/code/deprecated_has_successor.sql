select
    ports.node_unique_id as subject,
    format('it goes on {}, and no version comes after it', left(ports.deprecation_date, 10)) as message
from mesh.ports as ports
inner join mesh.products as products on ports.product_key = products.product_key
where products.own
    and ports.deprecation_date is not null
    and not exists (
        select 1
        from mesh.ports as other
        where other.product_key = ports.product_key
            and other.name = ports.name
            and other.port <> ports.port
            and other.deprecation_date is null
    )
