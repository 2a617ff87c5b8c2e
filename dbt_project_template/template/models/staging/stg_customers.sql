select
    id as customer_id,
    concat(first_name, ' ', last_name) as customer_name,
    lower(email) as email,
    phone,
    birth_date,
    country,
    created_at
from {{ ref('raw_customers') }}
