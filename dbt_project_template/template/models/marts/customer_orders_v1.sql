select
    orders.order_id,
    orders.customer_id,
    customers.customer_name,
    customers.email,
    customers.phone,
    customers.birth_date,
    customers.country,
    orders.ordered_at,
    cast(orders.ordered_at as date) as ordered_on,
    orders.status,
    orders.amount
from {{ ref('stg_orders') }} as orders
inner join {{ ref('stg_customers') }} as customers
    on orders.customer_id = customers.customer_id
