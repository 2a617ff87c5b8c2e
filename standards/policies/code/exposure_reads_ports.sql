select
    exposures.unique_id as subject,
    format('it reads `{}`, which is {}', models.name, models.access) as message,
    exposures.original_file_path as path,
    models.unique_id as parent
from {{ info_schema('edges') }} as edges
inner join {{ info_schema('exposures') }} as exposures on edges.child_unique_id = exposures.unique_id
inner join {{ info_schema('models') }} as models on edges.parent_unique_id = models.unique_id
where models.access <> 'public'
    and exposures.package_name = (select project_name from {{ info_schema('project') }})
