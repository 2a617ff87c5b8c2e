select
    models.unique_id as subject,
    'it reads nothing: no model, no source' as message,
    models.original_file_path as path
from {{ info_schema('models') }} as models
left join {{ info_schema('edges') }} as edges on models.unique_id = edges.child_unique_id
where edges.child_unique_id is null
    and models.package_name = (select project_name from {{ info_schema('project') }})
