{{ config(materialized='materialized_view') }}
select person_id, sum(amount) as total from {{ ref('all_sales') }} group by all
