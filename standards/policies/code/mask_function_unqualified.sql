with functions as (
    select
        node_unique_id || '.' || column_name as subject,
        json_extract_string(column_mask, '$.function') as name
    from mesh.node_columns
    where column_mask is not null
    union all
    select unique_id as subject, json_extract_string(config, '$.row_filter.function') as name
    from {{ info_schema('models') }}
)

select
    subject,
    format('the function `{}` is not named in full', name) as message
from functions
where not regexp_full_match(name, '(`[^`]+`|[^.`]+)(\.(`[^`]+`|[^.`]+)){2}')
    and (select adapter_type from {{ info_schema('project') }}) = 'databricks'
