{{ config(materialized='table', row_filter={'function': 'first_people', 'columns': ['person_id']}) }}
-- depends_on: {{ function('first_people') }}
select cast(id as bigint) as id, cast(person_id as bigint) as person_id, cast(amount as decimal(10, 2)) as amount, sold
from {{ ref('raw_sales') }}
