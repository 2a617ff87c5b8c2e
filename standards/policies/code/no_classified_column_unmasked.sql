select
    format('{}.{}.{}', product_key, port, column_name) as subject,
    format('{} reaches it unmasked: {}', classification, path) as message,
    origin_node_unique_id as origin,
    origin_column
from mesh.exposed_columns
