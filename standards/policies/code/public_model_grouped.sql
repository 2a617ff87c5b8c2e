select
    unique_id as subject,
    'it is public and in no group: nobody answers for it, and it is never published' as message
from {{ info_schema('models') }}
where access = 'public'
    and "group" is null
    and package_name = (select project_name from {{ info_schema('project') }})
