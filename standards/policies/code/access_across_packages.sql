select
    child.unique_id as subject,
    format(
        'it reads `{}` of the package `{}`, which is {} there and no declared input',
        parent.name, parent.package_name, parent.access
    ) as message,
    child.original_file_path as path,
    parent.unique_id as parent
from {{ info_schema('edges') }} as edges
inner join {{ info_schema('models') }} as parent on edges.parent_unique_id = parent.unique_id
inner join {{ info_schema('models') }} as child on edges.child_unique_id = child.unique_id
where child.package_name = (select project_name from {{ info_schema('project') }})
    and parent.package_name <> child.package_name
    and parent.access <> 'public'
    and json_extract_string(coalesce(parent.meta, '{}'), '$.meshport_input') is null
