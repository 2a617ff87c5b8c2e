with layers as (
    select unnest(map_entries({{ setting('prefixes') }})) as layer
)

select
    models.unique_id as subject,
    format('a model in {}/ begins with `{}`', layer.key, layer.value) as message,
    models.original_file_path as path
from {{ info_schema('models') }} as models
inner join layers on contains(models.original_file_path, '/' || layer.key || '/')
where models.package_name = (select project_name from {{ info_schema('project') }})
    and not starts_with(models.name, layer.value)
