select
    unique_id as subject,
    'it is public and its contract is not enforced' as message
from {{ info_schema('models') }}
where access = 'public'
    and not contract_enforced
    and package_name = (select project_name from {{ info_schema('project') }})
