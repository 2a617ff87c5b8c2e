select
    models.unique_id || coalesce('.' || columns.column_name, '') as subject,
    case when columns.column_name is null then 'a row filter' else 'a column mask' end
        || ' on a view does nothing' as message
from {{ info_schema('models') }} as models
left join mesh.node_columns as columns
    on models.unique_id = columns.node_unique_id and columns.column_mask is not null
where models.materialized = 'view'
    and (columns.column_name is not null or json_extract(models.config, '$.row_filter') is not null)
    and (select adapter_type from {{ info_schema('project') }}) = 'databricks'
