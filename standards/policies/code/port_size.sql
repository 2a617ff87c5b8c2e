select
    models.unique_id as subject,
    format('it has {} columns; {} are the most', count(*), {{ setting('max_columns') }}) as message
from {{ info_schema('models') }} as models
inner join {{ info_schema('node_columns') }} as columns on models.unique_id = columns.node_unique_id
where models.package_name = (select project_name from {{ info_schema('project') }})
group by models.unique_id
having count(*) > {{ setting('max_columns') }}
