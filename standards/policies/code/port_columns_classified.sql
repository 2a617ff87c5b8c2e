select
    format('{}.{}.{}', columns.product_key, columns.port, columns.column_name) as subject,
    'nothing says what the column holds' as message
from mesh.port_columns as columns
inner join mesh.products as products on columns.product_key = products.product_key
where products.own
    and columns.classification is null
