select
    columns.node_unique_id || '.' || columns.column_name as subject,
    format('the name `{}` does not fit {}', columns.column_name, {{ setting('pattern') }}) as message
from {{ info_schema('node_columns') }} as columns
inner join {{ info_schema('models') }} as models on columns.node_unique_id = models.unique_id
where models.access = 'public'
    and models.package_name = (select project_name from {{ info_schema('project') }})
    and not regexp_full_match(columns.column_name, {{ setting('pattern') }})
