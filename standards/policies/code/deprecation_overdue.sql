select
    ports.node_unique_id as subject,
    format('it should have gone on {}', left(ports.deprecation_date, 10)) as message
from mesh.ports as ports
inner join mesh.products as products on ports.product_key = products.product_key
where products.own
    and try_cast(left(ports.deprecation_date, 10) as date) < current_date
