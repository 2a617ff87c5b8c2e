select
    unique_id as subject,
    'the model has no description' as message
from {{ info_schema('models') }}
where package_name = (select project_name from {{ info_schema('project') }})
    and coalesce(access, '') <> 'public'
    and not regexp_matches(coalesce(description, ''), '\S')
