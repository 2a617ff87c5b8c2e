with misplaced as (
    select node_unique_id, column_name, unnest(['databricks_tags', 'column_mask']) as key, config
    from mesh.node_columns
    where regexp_matches(config::varchar, '"(databricks_tags|column_mask)"')
        and (select adapter_type from {{ info_schema('project') }}) = 'databricks'
)

select
    node_unique_id || '.' || column_name as subject,
    format('`{}` stands under `config:` of the column, where dbt-databricks does not look', key) as message,
    key
from misplaced
where json_extract(config, '$.' || key) is not null
