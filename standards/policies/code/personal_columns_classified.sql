with candidates as (
    select columns.node_unique_id, columns.column_name, {{ detected('columns.column_name') }} as classification
    from mesh.node_columns as columns
    inner join {{ info_schema('models') }} as models on columns.node_unique_id = models.unique_id
    where models.access = 'public'
        and models.package_name = (select project_name from {{ info_schema('project') }})
        and columns.classification is null
)

select
    node_unique_id || '.' || column_name as subject,
    format('by its name it holds {}, and nothing says so', classification) as message
from candidates
where classification is not null
