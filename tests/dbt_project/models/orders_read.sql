{# Reads a port of another domain: the plugin attached its published file. #}
select
    order_id,
    amount
from {{ source('sales', 'orders') }}
