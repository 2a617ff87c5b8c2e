{{ config(materialized='incremental', incremental_strategy='replace_where', incremental_predicates=['id > 10']) }}
select id, amount from {{ ref('all_sales') }} {% if is_incremental() %} where id > 10 {% endif %}
