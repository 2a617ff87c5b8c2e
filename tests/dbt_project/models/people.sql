select
    id,
    email,
    name,
    phone,
    born,
    salary,
    country
from {{ ref('people_seed') }}
