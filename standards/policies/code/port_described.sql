select
    unique_id as subject,
    'it is public and has no description' as message
from {{ info_schema('models') }}
where access = 'public'
    and package_name = (select project_name from {{ info_schema('project') }})
    and length(trim(coalesce(description, ''))) < {{ setting('min_characters') }}
