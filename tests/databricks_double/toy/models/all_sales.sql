{{ config(materialized='view', grants={'select': ['analysts']}) }}
select id, person_id, amount, sold from {{ ref('raw_sales') }}
