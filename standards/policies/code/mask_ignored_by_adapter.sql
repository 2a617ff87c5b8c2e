select
    columns.node_unique_id || '.' || columns.column_name as subject,
    'dbt-databricks ignores its `column_mask`: the flag `use_materialization_v2` is not set' as message
from mesh.node_columns as columns
where columns.column_mask is not null
    and (select adapter_type from {{ info_schema('project') }}) = 'databricks'
    and coalesce((select lower(value) from mesh.project_flags where name = 'use_materialization_v2'), 'false') <> 'true'
