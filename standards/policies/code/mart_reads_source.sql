select
    models.unique_id as subject,
    format('it reads the source `{}` itself', sources.source_name || '.' || sources.name) as message,
    models.original_file_path as path,
    sources.unique_id as parent
from {{ info_schema('edges') }} as edges
inner join {{ info_schema('models') }} as models on edges.child_unique_id = models.unique_id
inner join {{ info_schema('sources') }} as sources on edges.parent_unique_id = sources.unique_id
where models.package_name = (select project_name from {{ info_schema('project') }})
    and (
        models.access = 'public'
        or list_has_any(string_split(models.original_file_path, '/'), {{ setting('folders') }})
    )
