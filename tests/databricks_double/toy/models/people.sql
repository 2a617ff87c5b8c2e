{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', on_schema_change='append_new_columns') }}
-- depends_on: {{ function('hide_mail') }}
select cast(id as bigint) as id, name, mail {{ ", 1 as extra" if var('extra', false) }} from {{ ref('raw_people') }}
