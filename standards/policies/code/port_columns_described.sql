select
    columns.node_unique_id || '.' || columns.column_name as subject,
    'the column has no description' as message
from {{ info_schema('node_columns') }} as columns
inner join {{ info_schema('models') }} as models on columns.node_unique_id = models.unique_id
where models.access = 'public'
    and models.package_name = (select project_name from {{ info_schema('project') }})
    and not regexp_matches(coalesce(columns.description, ''), '\S')
